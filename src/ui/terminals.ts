/**
 * One integrated terminal per working agent. Its process is the runner; the terminal only shows it: closing it never
 * stops the agent, and a view always leads back, because a second start of the same runner is a viewer.
 */
import * as vscode from 'vscode';
import type { AgentId } from '../core/ids.js';
import { isAgentId } from '../core/ids.js';
import type { AttemptSpec } from '../core/ports.js';
import type { Disposable } from './disposables.js';
import { Disposables } from './disposables.js';
import type { UiLog } from './log.js';

/** How the runner is started: an argument vector, and what to add to the environment (`null` removes). */
export interface RunnerStart {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | null>>;
}

export interface Terminals extends Disposable {
  /** Starts the runner in a terminal of its own, without taking the focus. `gone` tells when that terminal went away. */
  launch(spec: Pick<AttemptSpec, 'task' | 'title' | 'agent' | 'cwd' | 'folder'>, start: RunnerStart): { readonly gone: Promise<string> };
  /** Shows an attempt's terminal, or opens a view of its transcript where there is none any more. */
  show(attempt: { readonly folder: string; readonly name: string; readonly agent: AgentId; readonly over: boolean }): Promise<void>;
  /** An ordinary terminal for a person, on an agent's own interactive CLI. */
  takeOver(name: string, agent: AgentId, command: { readonly file: string; readonly args: readonly string[]; readonly cwd: string; readonly env: Readonly<Record<string, string>> }): void;
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
  own.add(
    vscode.window.onDidCloseTerminal((closed) => {
      for (const [folder, terminal] of byFolder) if (terminal === closed) byFolder.delete(folder);
    }),
  );

  /** A viewer of a finished attempt would end at once, and its terminal with it; so its transcript is only shown. */
  const openTranscript = (name: string, agent: AgentId, folder: string): vscode.Terminal => {
    const terminal = vscode.window.createTerminal({ name, pty: transcriptTerminal(folder), iconPath: agentIcon(agent), isTransient: true });
    byFolder.set(folder, terminal);
    return terminal;
  };

  const open = (name: string, agent: AgentId, folder: string, start: RunnerStart, cwd?: string): vscode.Terminal => {
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
    show: async ({ folder, name, agent, over }) => {
      const fresh = performance.now() - begun < RECONNECTING_MS;
      const known = byFolder.get(folder) ?? (over ? undefined : await findByPid(folder, fresh ? LATE_MS : SOON_MS));
      if (known !== undefined) byFolder.set(folder, known);
      const terminal = known ?? (over ? openTranscript(name, agent, folder) : open(name, agent, folder, viewer(folder)));
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
    dispose: () => own.dispose(),
  };
}

/** `db · claude`; the planner's is `Planning · claude`. */
export function terminalName(task: string, agent: string): string {
  return `${task === 'planner' ? 'Planning' : task} · ${agent}`;
}

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

/**
 * After a reload a terminal has neither options nor a name that we gave; its process is the runner in the claim. The
 * editor brings terminals back one by one, some of them later than this is asked, so it waits a moment for a late one.
 */
async function findByPid(folder: string, patienceMs: number): Promise<vscode.Terminal | undefined> {
  const pid = await claimedPid(folder);
  if (pid === undefined) return undefined;
  return new Promise((resolve) => {
    const finish = (found: vscode.Terminal | undefined): void => {
      clearTimeout(timer);
      listening.dispose();
      resolve(found);
    };
    const timer = setTimeout(() => finish(undefined), patienceMs);
    const look = (terminal: vscode.Terminal): Thenable<void> =>
      terminal.processId.then((its) => {
        if (its === pid) finish(terminal);
      });
    const listening = vscode.window.onDidOpenTerminal((terminal) => void look(terminal));
    for (const terminal of vscode.window.terminals) void look(terminal);
  });
}

async function claimedPid(folder: string): Promise<number | undefined> {
  try {
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(vscode.Uri.file(folder), 'claim.json'));
    const claim: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claim === 'object' && claim !== null && 'pid' in claim && typeof claim.pid === 'number' ? claim.pid : undefined;
  } catch {
    return undefined;
  }
}

/** A terminal without a process that shows the transcript of a finished attempt. */
function transcriptTerminal(folder: string): vscode.Pseudoterminal {
  const written = new vscode.EventEmitter<string>();
  const closed = new vscode.EventEmitter<void>();
  const show = async (): Promise<void> => {
    try {
      const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(vscode.Uri.file(folder), 'transcript.txt'));
      written.fire(new TextDecoder().decode(bytes).replace(/\r?\n/g, '\r\n'));
    } catch {
      written.fire('This attempt left no transcript.\r\n');
    }
    written.fire('\r\n\x1b[2mThis attempt is over.\x1b[0m\r\n');
  };
  return {
    onDidWrite: written.event,
    onDidClose: closed.event,
    open: () => void show(),
    close: () => {
      written.dispose();
      closed.dispose();
    },
  };
}
