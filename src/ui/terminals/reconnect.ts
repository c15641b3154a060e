/** Finding an attempt's terminal again after the window was reloaded. */
import * as vscode from 'vscode';

/**
 * After a reload a terminal has neither options nor a name that we gave; its process is the runner in the claim. The
 * editor brings terminals back one by one, some of them later than this is asked, so it waits a moment for a late one.
 */
export async function findByPid(folder: string, patienceMs: number): Promise<vscode.Terminal | undefined> {
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

/** The process that claimed the attempt of a folder; `undefined` before one has. */
export async function claimedPid(folder: string): Promise<number | undefined> {
  try {
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(vscode.Uri.file(folder), 'claim.json'));
    const claim: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claim === 'object' && claim !== null && 'pid' in claim && typeof claim.pid === 'number' ? claim.pid : undefined;
  } catch {
    return undefined;
  }
}
