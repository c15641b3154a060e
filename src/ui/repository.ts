/**
 * Which repository this window works on: none (with the reason), or one with its open session. No session is opened,
 * so that no process starts, while the workspace is not trusted.
 */
import * as vscode from 'vscode';
import type { Saves } from '../core/ports.js';
import type { Session } from '../engine/api.js';
import type { EmptyReason } from '../shared/protocol.js';
import type { Disposable } from './disposables.js';
import { coalesce, Disposables } from './disposables.js';
import type { UiLog } from './log.js';
import { messageOf } from './log.js';
import { showError } from './messages.js';
import type { OpenRepository } from './opening.js';
import { EMPTY_REASONS, pathInside } from './place.js';
import { executables, needsReopening, setting } from './settings.js';

export type RepositoryState =
  | { readonly kind: 'empty'; readonly reason: EmptyReason; readonly message?: string }
  /** `inside`: where the folder lies in the repository, when that begins above it. */
  | { readonly kind: 'open'; readonly session: Session; readonly folder: vscode.Uri; readonly inside?: string };

export interface Repository extends Disposable {
  state(): RepositoryState;
  session(): Session | undefined;
  /** State, or anything of the open session, changed. */
  readonly onDidChange: vscode.Event<void>;
  /** A session was opened (given) or closed (`undefined`). */
  readonly onDidOpen: vscode.Event<Session | undefined>;
  /** Looks again from the start; resolves when it is known what is there. */
  reopen(): Promise<void>;
  /** Works on another workspace folder, now and after a reload. Gives why not, where it cannot: then what was shown stays. */
  choose(folder: vscode.Uri): Promise<string | undefined>;
  /** Resolves when the first look is over. */
  readonly settled: Promise<void>;
  /** Lets go of the repository; its agents go on. */
  close(): Promise<void>;
}

const CHOSEN = 'repository.folder';

/** Looks for a repository at once and again whenever folders, trust or settings change. */
export function createRepository(context: vscode.ExtensionContext, log: UiLog, open: OpenRepository, saves: Saves): Repository {
  const own = new Disposables();
  const changed = own.add(new vscode.EventEmitter<void>());
  const opened = own.add(new vscode.EventEmitter<Session | undefined>());
  const ofSession = own.add(new Disposables());
  let state: RepositoryState = { kind: 'empty', reason: 'loading' };
  /** Folders that the last look passed over, with the reason. */
  const passed = new Map<string, string>();
  // Looks are done one after the other: two at once could open two sessions of one repository.
  let lane: Promise<void> = Promise.resolve();

  const show = (next: RepositoryState): void => {
    state = next;
    opened.fire(next.kind === 'open' ? next.session : undefined);
    changed.fire();
  };

  const letGo = async (): Promise<void> => {
    ofSession.clear();
    if (state.kind !== 'open') return;
    const { session } = state;
    state = { kind: 'empty', reason: 'loading' };
    opened.fire(undefined);
    await session.close({ stopAgents: false }).catch((error: unknown) => log.error('Closing the repository failed', error));
  };

  const tryFolder = async (folder: vscode.Uri): Promise<RepositoryState> => {
    const worktreesFolder = setting('worktreesFolder', folder).trim();
    const result = await open({ directory: folder.fsPath, executables: executables(), log, saves, ...(worktreesFolder !== '' && { worktreesFolder }) });
    if (!result.ok) return { kind: 'empty', reason: EMPTY_REASONS[result.reason], message: result.message };
    const { session } = result;
    ofSession.add(session.onDidChange(() => changed.fire()));
    const inside = await pathInside(session.facts.root, folder.fsPath);
    return { kind: 'open', session, folder, ...(inside !== undefined && { inside }) };
  };

  const look = async (): Promise<void> => {
    await letGo();
    if (own.disposed) return;
    const folders = orderedFolders(context);
    if (folders.length === 0 || !vscode.workspace.isTrusted) {
      show({ kind: 'empty', reason: folders.length === 0 ? 'no-folder' : 'untrusted' });
      return;
    }
    let first: RepositoryState | undefined;
    passed.clear();
    for (const folder of folders) {
      const found = await tryFolder(folder);
      if (found.kind === 'open') {
        show(found);
        return;
      }
      passed.set(folder.toString(), found.message ?? '');
      first ??= found;
    }
    if (first?.kind === 'empty' && first.message !== undefined) log.warn(first.message);
    show(first ?? { kind: 'empty', reason: 'no-folder' });
    watchForGit(folders);
  };

  /** `git init` or a first commit in a terminal is noticed without a button. */
  const watchForGit = (folders: readonly vscode.Uri[]): void => {
    const again = ofSession.add(coalesce(300, () => void reopen()));
    for (const folder of folders) {
      // A new .git is seen from the folder, what happens in it only by a watch on itself. Not the index: git itself rewrites it on a look.
      const git = vscode.Uri.joinPath(folder, '.git');
      for (const pattern of [new vscode.RelativePattern(folder, '.git/HEAD'), new vscode.RelativePattern(git, '{HEAD,COMMIT_EDITMSG}')]) {
        const watcher = ofSession.add(vscode.workspace.createFileSystemWatcher(pattern));
        ofSession.add(watcher.onDidCreate(again));
        ofSession.add(watcher.onDidChange(again));
      }
    }
  };

  const reopen = (): Promise<void> => {
    lane = lane.then(look).catch((error: unknown) => {
      log.error('Opening the repository failed', error);
      show({ kind: 'empty', reason: 'unreadable', message: `The repository could not be opened. Nothing was changed. ${messageOf(error)}` });
      void showError(`Switchyard could not open the repository: ${messageOf(error)} Nothing was changed.`);
    });
    return lane;
  };

  own.add(vscode.workspace.onDidGrantWorkspaceTrust(() => void reopen()));
  own.add(
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      const here = state.kind === 'open' ? state.folder.toString() : undefined;
      if (!orderedFolders(context).some((folder) => folder.toString() === here)) void reopen();
      else changed.fire();
    }),
  );
  own.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (needsReopening(event)) void reopen();
    }),
  );

  return {
    state: () => state,
    session: () => (state.kind === 'open' ? state.session : undefined),
    onDidChange: changed.event,
    onDidOpen: opened.event,
    reopen,
    choose: async (folder) => {
      const before = context.workspaceState.get<string>(CHOSEN);
      await context.workspaceState.update(CHOSEN, folder.toString());
      await reopen();
      const problem = passed.get(folder.toString());
      if (problem !== undefined && state.kind === 'open') await context.workspaceState.update(CHOSEN, before);
      return problem;
    },
    settled: reopen(),
    close: async () => {
      await lane;
      await letGo();
    },
    dispose: () => own.dispose(),
  };
}

/** Local workspace folders, the one chosen earlier first. */
function orderedFolders(context: vscode.ExtensionContext): readonly vscode.Uri[] {
  const chosen = context.workspaceState.get<string>(CHOSEN);
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri).filter((uri) => uri.scheme === 'file');
  return [...folders.filter((uri) => uri.toString() === chosen), ...folders.filter((uri) => uri.toString() !== chosen)];
}
