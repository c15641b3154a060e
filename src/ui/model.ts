/**
 * Everything the views show, gathered in one place: the run, agents, earlier runs and what agents do right now.
 * One snapshot is built per change, and only when somebody looks.
 */
import * as vscode from 'vscode';
import type { AgentId } from '../core/ids.js';
import type { AgentStatus } from '../core/ports.js';
import type { RunState } from '../core/run.js';
import type { RunSummary, Session } from '../engine/api.js';
import type { Snapshot } from '../shared/protocol.js';
import { activityText } from './dashboard/activityText.js';
import { snapshot } from './dashboard/snapshot.js';
import type { Disposable } from './disposables.js';
import { coalesce, Disposables } from './disposables.js';
import type { UiLog } from './log.js';
import { messageOf } from './log.js';
import type { Repository } from './repository.js';

export interface Model extends Disposable {
  snapshot(): Snapshot;
  run(): RunState | undefined;
  agents(): readonly AgentStatus[];
  /** Asks the machine which agents there are, unless that is known or under way. Costs processes: only for who shows them. */
  wantAgents(): void;
  refreshAgents(): Promise<void>;
  /** Coalesced: at most once per turn of the event loop, for activity a few times a second. */
  readonly onDidChange: vscode.Event<void>;
}

/** Agents may write hundreds of lines a second; nobody reads what changes more often than this on many tasks at once. */
const ACTIVITY_MS = 1_000;

/** The snapshot of what is open, built at most once between two changes and only when somebody asks. */
export function createModel(repository: Repository, log: UiLog): Model {
  const own = new Disposables();
  const changed = own.add(new vscode.EventEmitter<void>());
  const ofSession = own.add(new Disposables());
  let revision = 1;
  let built: Snapshot | undefined;
  let session: Session | undefined;
  let agents: readonly AgentStatus[] = [];
  let asked = false;
  let lookedIn: Session | undefined;
  let runs: readonly RunSummary[] = [];
  let shownRun: string | undefined;
  let teamProblem: string | undefined;
  let named: readonly AgentId[] | undefined;
  const live = new Map<string, string>();

  const fire = (): void => {
    revision += 1;
    built = undefined;
    changed.fire();
  };
  const soon = own.add(coalesce(0, fire));
  const later = own.add(coalesce(ACTIVITY_MS, fire));

  const loadRuns = async (): Promise<void> => {
    const from = session;
    const found = (await from?.runs()) ?? [];
    if (from !== session) return;
    runs = found.filter((run) => run.discarded !== true);
    soon();
  };

  /** Reading the team may ask which agents there are, so it waits until somebody looks. */
  const loadTeam = async (): Promise<void> => {
    if (!asked) return;
    const from = session;
    const found = await from?.team();
    if (from !== session) return;
    teamProblem = found === undefined || found.problems.length === 0 ? undefined : found.problems.join(' ');
    named = found?.named;
    soon();
  };

  const loadAgents = async (refresh: boolean): Promise<void> => {
    const from = session;
    if (from === undefined) return;
    const found = await from.agents(refresh);
    if (from !== session) return;
    agents = found;
    soon();
  };

  const failed = (what: string) => (error: unknown) => log.error(`Could not read ${what}`, error);

  const look = (): void => {
    lookedIn = session;
    loadAgents(false).catch(failed('the agents'));
    loadTeam().catch(failed('the team file'));
  };

  const noticeRun = (): void => {
    const run = session?.current();
    if (run?.run !== shownRun) {
      shownRun = run?.run;
      live.clear();
      loadRuns().catch(failed('earlier runs'));
      loadTeam().catch(failed('the team file'));
    }
  };

  const enter = (next: Session | undefined): void => {
    ofSession.clear();
    session = next;
    agents = [];
    runs = [];
    shownRun = undefined;
    teamProblem = undefined;
    named = undefined;
    live.clear();
    if (next !== undefined) {
      ofSession.add(
        next.onActivity(({ ref, lines }) => {
          const text = lines.map(activityText).findLast((each) => each !== undefined);
          if (text === undefined || live.get(ref.task) === text) return;
          live.set(ref.task, text);
          later();
        }),
      );
      loadRuns().catch(failed('earlier runs'));
      if (asked) look();
    }
    soon();
  };

  own.add(repository.onDidOpen(enter));
  own.add(
    repository.onDidChange(() => {
      noticeRun();
      soon();
    }),
  );
  const teamFiles = own.add(vscode.workspace.createFileSystemWatcher('**/.switchyard/team.jsonc'));
  for (const event of [teamFiles.onDidChange, teamFiles.onDidCreate, teamFiles.onDidDelete]) {
    own.add(event(() => void loadTeam().catch(failed('the team file'))));
  }
  enter(repository.session());

  /** A plan that was discarded before it began leaves nothing to look at or to go on with. */
  const shown = (): RunState | undefined => {
    const run = session?.current();
    return run?.discarded === true ? undefined : run;
  };

  const build = (): Snapshot => {
    const state = repository.state();
    const run = shown();
    const forecast = session?.forecast();
    // Only once somebody looks: measuring reads every file of every worktree.
    const disk = asked ? session?.disk() : undefined;
    return snapshot({
      revision,
      ...(state.kind === 'empty' ? { empty: state.reason, ...(state.message !== undefined && { emptyText: state.message }) } : { facts: state.session.facts, ...(state.inside !== undefined && { inside: state.inside }) }),
      ...(run !== undefined && { state: run }),
      waits: session?.waits() ?? new Map(),
      runs,
      agents,
      live,
      severalFolders: (vscode.workspace.workspaceFolders?.length ?? 0) > 1,
      ...(teamProblem !== undefined && { teamProblem }),
      ...(named !== undefined && { named }),
      ...(forecast !== undefined && { forecast }),
      ...(disk !== undefined && { disk }),
      ...(session?.heldBy !== undefined && { heldBy: session.heldBy }),
    });
  };

  return {
    snapshot: () => (built ??= build()),
    run: shown,
    agents: () => agents,
    wantAgents: () => {
      asked = true;
      if (lookedIn !== session) look();
    },
    refreshAgents: async () => {
      try {
        await loadAgents(true);
      } catch (error) {
        throw new Error(`Could not look for agents: ${messageOf(error)}`, { cause: error });
      }
    },
    onDidChange: changed.event,
    dispose: () => own.dispose(),
  };
}
