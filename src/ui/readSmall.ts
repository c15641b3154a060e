/** Files that a repository or an agent made, read by the editor. */
import * as vscode from 'vscode';

/**
 * The text of a regular file of at most so many bytes; empty for a longer one and for what is no file: of a link to a device
 * reading never ends. Rejects when there is none.
 */
export async function readSmall(file: vscode.Uri, most: number): Promise<string> {
  const { type, size } = await vscode.workspace.fs.stat(file);
  if ((type & vscode.FileType.File) === 0 || size > most) return '';
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
}
