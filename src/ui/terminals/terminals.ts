/**
 * One integrated terminal per working agent. Its process is the runner; the terminal only shows it: closing it never
 * stops the agent, and a view always leads back, because a second start of the same runner is a viewer. When the agent
 * is done, the runner waits for its terminal to be closed; a view of the transcript, without a process, replaces it as
 * soon as nobody has it before them.
 */
import * as vscode from 'vscode';
import type { AgentId } from '../../core/ids.js';
import { isAgentId } from '../../core/ids.js';
import { plain } from '../../core/plainText.js';
import type { AttemptSpec } from '../../core/ports.js';
import type { Disposable } from '../disposables.js';
import { Disposables } from '../disposables.js';
import type { UiLog } from '../log.js';
import { findByPid } from './reconnect.js';
import { isEarlier } from './attemptFolders.js';
import { transcriptView } from './transcript.js';

/** How the runner is started: an argument vector, and what to add to the environment (`null` removes). */
export interface RunnerStart {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | null>>;
}

/** An attempt as its terminal knows it. */
export interface ShownAttempt {
  readonly folder: string;
  readonly name: string;
  readonly agent: AgentId;
}

export interface Terminals extends Disposable {
  /** Starts the runner in a terminal of its own, without taking the focus. `gone` tells when that terminal went away. */
  launch(spec: Pick<AttemptSpec, 'task' | 'title' | 'agent' | 'cwd' | 'folder'>, start: RunnerStart): { readonly gone: Promise<string> };
  /** An attempt is over: a view of its transcript replaces its terminal. Where there is no terminal nothing happens. */
  ended(attempt: ShownAttempt): Promise<void>;
  /** Shows an attempt's terminal, or opens a view of its transcript where there is none any more. */
  show(attempt: ShownAttempt & { readonly over: boolean }): Promise<void>;
  /** An ordinary terminal for a person, on an agent's own interactive CLI. */
  takeOver(name: string, agent: AgentId, command: { readonly file: string; readonly args: readonly string[]; readonly cwd: string; readonly env: Readonly<Record<string, string>> }): void;
  /** An ordinary shell for a person, in a worktree; `message` stands above its first prompt. */
  shell(name: string, cwd: string, message: string): void;
}

/** For so long after the window came up, terminals may still be brought back by the editor. */
const RECONNECTING_MS = 30_000;
const LATE_MS = 3_000;
/** Process ids of terminals that are there are known at once. */
const SOON_MS = 300;

/** `viewer` is how the runner is started on an attempt's folder, once that attempt was claimed. */
export function createTerminals(log: UiLog, viewer: (folder: string) => RunnerStart): Terminals {
  const own = new Disposables();
  const begun = performance.now();
  const byFolder = new Map<string, vscode.Terminal>();
  const views = new Set<vscode.Terminal>();
  /** Terminals of ended attempts that the person has before them. */
  const read = new Map<vscode.Terminal, ShownAttempt>();
  own.add(
    vscode.window.onDidCloseTerminal((closed) => {
      views.delete(closed);
      read.delete(closed);
      for (const [folder, terminal] of byFolder) if (terminal === closed) byFolder.delete(folder);
    }),
  );
  own.add(
    vscode.window.onDidChangeActiveTerminal((active) => {
      for (const [terminal, attempt] of read) if (terminal !== active) replace(terminal, attempt);
    }),
  );
  // A view lives in this process; without it, it would stand there dead.
  own.add({ dispose: () => views.forEach((view) => view.dispose()) });

  /** After a reload the editor brings terminals back without saying what they were. */
  const known = async (folder: string): Promise<vscode.Terminal | undefined> => {
    const fresh = performance.now() - begun < RECONNECTING_MS;
    return byFolder.get(folder) ?? (await findByPid(folder, fresh ? LATE_MS : SOON_MS));
  };

  /** Resolves when it stands there. */
  const openView = async ({ name, agent, folder }: ShownAttempt): Promise<vscode.Terminal> => {
    const { pty, opened } = transcriptView(folder);
    const view = vscode.window.createTerminal({ name, pty, iconPath: agentIcon(agent), isTransient: true });
    byFolder.set(folder, view);
    views.add(view);
    await opened;
    return view;
  };

  const replace = (terminal: vscode.Terminal, attempt: ShownAttempt): void => {
    read.delete(terminal);
    // A later attempt of the task has a terminal of its own: two would pile up, and Activity has this one's transcript.
    if (hasLater(attempt.folder, byFolder)) {
      terminal.dispose();
      return;
    }
    openView(attempt).then(
      () => terminal.dispose(),
      (error: unknown) => log.error(`The transcript of ${attempt.name} could not be shown`, error),
    );
  };

  const open = (name: string, agent: AgentId, folder: string, start: RunnerStart, cwd?: string): vscode.Terminal => {
    // Terminals of a task's earlier attempts do not pile up; the one that is being read stays until the person looks away.
    for (const [other, earlier] of [...byFolder].filter(([each]) => isEarlier(each, folder))) {
      if (earlier === vscode.window.activeTerminal) read.set(earlier, { folder: other, name: earlier.name, agent });
      else earlier.dispose();
    }
    const terminal = vscode.window.createTerminal({
      name,
      shellPath: start.file,
      shellArgs: [...start.args],
      env: { ...start.env },
      iconPath: agentIcon(agent),
      isTransient: false,
      ...(cwd !== undefined && { cwd }),
    });
    byFolder.set(folder, terminal);
    return terminal;
  };

  return {
    launch: (spec, start) => {
      const terminal = open(terminalName(spec.task, spec.agent), spec.agent, spec.folder, start, spec.cwd);
      return { gone: whenGone(terminal, log) };
    },
    ended: async (attempt) => {
      const terminal = await known(attempt.folder);
      if (terminal === undefined || views.has(terminal)) return;
      byFolder.set(attempt.folder, terminal);
      // The panel would close, or show another one: it stays as it is until the person looks elsewhere.
      if (terminal === vscode.window.activeTerminal) read.set(terminal, attempt);
      else replace(terminal, attempt);
    },
    show: async ({ over, ...attempt }) => {
      const { folder, name, agent } = attempt;
      const there = over ? byFolder.get(folder) : await known(folder);
      if (there !== undefined) byFolder.set(folder, there);
      const terminal = there ?? (over ? await openView(attempt) : open(name, agent, folder, viewer(folder)));
      terminal.show(false);
    },
    takeOver: (name, agent, command) => {
      const terminal = vscode.window.createTerminal({
        name,
        shellPath: command.file,
        shellArgs: [...command.args],
        cwd: command.cwd,
        env: { ...command.env },
        iconPath: agentIcon(agent),
        // The CLI goes on with its session by itself; re-creating it after a restart would open it twice.
        isTransient: true,
      });
      terminal.show(false);
    },
    shell: (name, cwd, message) => {
      vscode.window.createTerminal({ name, cwd, message: plain(message), iconPath: new vscode.ThemeIcon('terminal') }).show(false);
    },
    dispose: () => own.dispose(),
  };
}

function hasLater(folder: string, byFolder: ReadonlyMap<string, vscode.Terminal>): boolean {
  return [...byFolder.keys()].some((other) => isEarlier(folder, other));
}

/** `db · claude`; the planner's is `Planning · claude`. */
export function terminalName(task: string, agent: string): string {
  return `${task === 'planner' ? 'Planning' : task} · ${agent}`;
}

/** The codicon of an agent's terminals; unknown agents get the terminal's own. */
export function agentIcon(agent: string): vscode.ThemeIcon {
  const icons: Readonly<Record<AgentId, string>> = { claude: 'sparkle', codex: 'hubot', gemini: 'star', opencode: 'code', scripted: 'play-circle' };
  return new vscode.ThemeIcon(isAgentId(agent) ? icons[agent] : 'terminal');
}

/** Only the way until the runner has claimed its attempt depends on this; afterwards it goes on without its terminal. */
function whenGone(terminal: vscode.Terminal, log: UiLog): Promise<string> {
  return new Promise((resolve) => {
    const listening = vscode.window.onDidCloseTerminal((closed) => {
      if (closed !== terminal) return;
      listening.dispose();
      const code = closed.exitStatus?.code;
      resolve(code === undefined ? 'its terminal was closed' : `its terminal ended with exit code ${String(code)}`);
    });
    void terminal.processId.then((pid) => {
      if (pid !== undefined) return;
      log.warn(`The terminal ${terminal.name} started no process`);
      listening.dispose();
      resolve('its terminal started no process');
    });
  });
}
