/** Asks which side of a conflict is kept whole, for what is no text to merge, or where one side simply is right. */
import * as vscode from 'vscode';
import type { KeptSide, OpenConflict } from '../../core/run.js';

export type Chosen = 'merge-editor' | { readonly keep: KeptSide; readonly paths: readonly string[] };

const CHOICES: readonly (vscode.QuickPickItem & { readonly keep?: KeptSide })[] = [
  { label: 'Open the Merge Editor', description: 'and merge them line by line' },
  { label: 'Keep the Task’s', description: 'the whole file as its agent made it', keep: 'ours' },
  { label: 'Keep What Has Landed', description: 'the whole file as it is on the base', keep: 'theirs' },
  { label: 'Keep What Both Began With', description: 'the whole file as it was before', keep: 'base' },
  { label: 'Keep as It Is', description: 'what now stands in the worktree is what you mean', keep: 'as-is' },
];

/** `undefined`: the person chose nothing. `first`: paths that nobody has decided about, as the last check said. */
export async function chooseSides(title: string, conflict: OpenConflict, first: readonly string[]): Promise<Chosen | undefined> {
  const choice = await vscode.window.showQuickPick(CHOICES, { title: `How is the conflict of “${title}” resolved?` });
  if (choice === undefined) return undefined;
  const { keep } = choice;
  if (keep === undefined) return 'merge-editor';
  const open = conflict.paths.filter((path) => conflict.decided?.includes(path) !== true);
  if (open.length < 2) return { keep, paths: open };
  const items = open.map((label) => ({ label, picked: first.length === 0 || first.includes(label) }));
  const chosen = await vscode.window.showQuickPick(items, { title: `${choice.label}: which files?`, canPickMany: true });
  return chosen === undefined || chosen.length === 0 ? undefined : { keep, paths: chosen.map(({ label }) => label) };
}
