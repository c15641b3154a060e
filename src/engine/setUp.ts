/** What a fresh worktree gets before its agent, or before a gate: dependency folders, then the team's set-up commands. Can be repeated. */
import type { ProvidedDependency } from '../core/dependencies.js';
import { providedText } from '../core/dependencies.js';
import type { CommandResult } from '../core/ports.js';
import type { Reason } from '../core/run.js';
import { stripAnsi } from '../core/text.js';
import type { RunContext } from './context.js';
import { paths } from './world.js';

const MINUTE = 60_000;

/** `problem`: why the worktree cannot be used. */
export async function setUp(context: RunContext, id: string, worktree: string): Promise<{ readonly dependencies: readonly ProvidedDependency[]; readonly problem?: Reason }> {
  const { world, store } = context;
  const folder = folderOf(context);
  const provided = await provide(context, id, worktree, folder);
  if ('kind' in provided) return { dependencies: [], problem: provided };
  const commands = commandsAfter(context, provided);
  if (commands.length === 0) return { dependencies: provided };
  const slot = context.takeSlot();
  const running = world.gates.run({
    cwd: worktree,
    commands,
    outputFile: `${folder}/${id}.txt`,
    slot,
    passEnv: context.passEnv([]),
    ...(await context.isolated(worktree, `${folder}/${id}`, id)),
    timeoutMs: store.state.team.limits.gateMinutes * MINUTE,
    nonce: world.ids.nonce(),
    signal: context.signal(id),
  });
  const results = await running.finally(() => context.slotNumbers.giveBack(slot));
  const failed = results.find((result) => result.exitCode !== 0);
  if (failed === undefined) return { dependencies: provided };
  return {
    dependencies: provided,
    problem: { kind: 'set-up-failed', text: `Set-up command \`${failed.command}\` failed${failed.exitCode === null ? '' : ` with exit code ${String(failed.exitCode)}`}: ${lastLine(failed.tail)}` },
  };
}

export interface ScratchSetUp {
  /** One of the engine's own worktrees, and its folder. */
  readonly name: string;
  readonly cwd: string;
  readonly slot: number;
  readonly signal: AbortSignal;
}

/** The same for a worktree that only a gate uses. Results up to the first that fails; what failed without a command is one as well. */
export async function setUpScratch(context: RunContext, { name, cwd, slot, signal }: ScratchSetUp): Promise<readonly CommandResult[]> {
  const { world, store } = context;
  const folder = folderOf(context);
  const provided = await provide(context, name, cwd, folder);
  if ('kind' in provided) return [{ command: 'dependencies', exitCode: null, ms: 0, tail: provided.text }];
  return world.gates.run({
    cwd,
    commands: commandsAfter(context, provided),
    outputFile: `${folder}/${name}.txt`,
    slot,
    passEnv: context.passEnv([]),
    ...(await context.isolated(cwd, `${folder}/${name}`)),
    timeoutMs: store.state.team.limits.gateMinutes * MINUTE,
    nonce: world.ids.nonce(),
    signal,
  });
}

const folderOf = ({ world, store }: RunContext): string => `${paths.run(world, store.state.run)}/setup`;

/** A folder that did not fit is installed by its own command; without one that is what the set-up commands are for. */
function commandsAfter({ store }: RunContext, provided: readonly ProvidedDependency[]): readonly string[] {
  const { setup, dependencies = [] } = store.state.team;
  const installs = provided.flatMap(({ path, how }) => (how === 'install' ? (dependencies.find((each) => each.path === path)?.install ?? []) : []));
  return [...new Set(installs), ...setup];
}

async function provide({ world, store }: RunContext, id: string, worktree: string, folder: string): Promise<readonly ProvidedDependency[] | Reason> {
  const { dependencies = [] } = store.state.team;
  if (dependencies.length === 0) return [];
  try {
    const provided = await world.provideDependencies({ worktree, dependencies, note: `${folder}/${id}.filling` });
    for (const each of provided) world.log.info(`${store.state.run} ${id}: ${providedText(each)}`);
    return provided;
  } catch (error) {
    return { kind: 'set-up-failed', text: `Could not give the worktree its dependency folders: ${error instanceof Error ? error.message : String(error)}. Your checkout was only read; retry begins again.` };
  }
}

function lastLine(text: string): string {
  return stripAnsi(text).trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}
