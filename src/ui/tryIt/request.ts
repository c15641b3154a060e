/**
 * What one window asks another to run: the window in which a person pressed Try It cannot start anything in the one that
 * it opens. The request waits as a file in the extension's own storage until the window of that folder takes it.
 */
import * as v from 'valibot';
import * as vscode from 'vscode';

const command = v.variant('kind', [
  v.object({ kind: v.literal('program'), argv: v.tupleWithRest([v.string()], v.string()) }),
  /** A command line of a gate, as a person wrote it. */
  v.object({ kind: v.literal('line'), line: v.string() }),
]);
const request = v.object({
  folder: v.string(),
  label: v.string(),
  /** Milliseconds since the epoch. */
  at: v.number(),
  /** `SWITCHYARD_SLOT` of the commands. */
  slot: v.number(),
  commands: v.array(command),
});

export type TrialCommand = v.InferOutput<typeof command>;
export type TrialRequest = v.InferOutput<typeof request>;

/** A window that comes up later than this is another one: what was asked for then would be a surprise now. */
const LONGEST_WAIT_MS = 10 * 60_000;

function storage(context: vscode.ExtensionContext): vscode.Uri {
  return vscode.Uri.joinPath(context.globalStorageUri, 'try-it');
}

/** Leaves a request for the window of its folder (an address, as text). */
export async function leaveRequest(context: vscode.ExtensionContext, asked: TrialRequest): Promise<void> {
  const folder = storage(context);
  await vscode.workspace.fs.createDirectory(folder);
  const name = `${String(asked.at)}-${Math.random().toString(36).slice(2)}.json`;
  await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, name), new TextEncoder().encode(JSON.stringify(asked)));
}

/** Takes the newest request for this window's folder, so that no other window runs it too; those that nobody took in time go. */
export async function takeRequest(context: vscode.ExtensionContext, folder: vscode.Uri): Promise<TrialRequest | undefined> {
  const waiting = (await Promise.all((await names(storage(context))).map((name) => read(vscode.Uri.joinPath(storage(context), name))))).filter((each) => each !== undefined);
  let newest: TrialRequest | undefined;
  for (const { file, asked } of waiting) {
    const late = asked === undefined || Date.now() - asked.at > LONGEST_WAIT_MS;
    if (!late && asked.folder !== folder.toString()) continue;
    if ((await taken(file)) && !late && asked.at >= (newest?.at ?? 0)) newest = asked;
  }
  return newest;
}

async function names(folder: vscode.Uri): Promise<readonly string[]> {
  try {
    return (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
  } catch {
    // Nobody has asked for anything yet.
    return [];
  }
}

/** What is no request (a later version's, say) has nothing in `asked`. */
async function read(file: vscode.Uri): Promise<{ readonly file: vscode.Uri; readonly asked?: TrialRequest } | undefined> {
  try {
    const parsed = v.safeParse(request, JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(file))));
    return parsed.success ? { file, asked: parsed.output } : { file };
  } catch (error) {
    return error instanceof SyntaxError ? { file } : undefined;
  }
}

/** Of several windows one removes the file, and that one has it. */
async function taken(file: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.delete(file);
    return true;
  } catch {
    return false;
  }
}
