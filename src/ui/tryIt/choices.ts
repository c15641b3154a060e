/** What Try It can run in a task's worktree, and which of it the person wants. */
import * as vscode from 'vscode';
import type { DevCommand } from '../../core/devCommands.js';
import { DEV_FILES, findDevCommands } from '../../core/devCommands.js';
import type { TaskView } from '../../shared/protocol.js';
import { readSmall } from '../readSmall.js';
import type { TrialCommand } from './request.js';

/** Commands that run one after the other; none only opens the window. */
export interface Trial {
  readonly label: string;
  readonly commands: readonly TrialCommand[];
}

interface TrialItem extends vscode.QuickPickItem {
  readonly trial: Trial;
}

const NOTHING: Trial = { label: '', commands: [] };

/**
 * The only thing there is to run, or what the person picks of several; `undefined` when they changed their mind. Work of
 * an isolated agent is always asked about: in a terminal of the person nothing isolates it.
 */
export async function chooseTrial(task: TaskView, worktree: vscode.Uri, gate: readonly string[]): Promise<Trial | undefined> {
  const programs = findDevCommands(await textsOf(worktree)).map(programItem);
  const items = [...programs, ...(gate.length === 0 ? [] : [gateItem(gate)])];
  const [only] = items;
  if (only === undefined) return NOTHING;
  if (items.length === 1 && task.isolation === undefined) return only.trial;
  const open: TrialItem = { label: 'Only open the worktree', iconPath: new vscode.ThemeIcon('folder-opened'), trial: NOTHING };
  const placeHolder = task.isolation === undefined ? 'It runs in a terminal of the new window' : `Its agent worked in a ${task.isolation}; in a terminal of the new window nothing isolates what it wrote`;
  const chosen = await vscode.window.showQuickPick([...items, open], { title: `Try “${task.title}”: run what?`, placeHolder, matchOnDescription: true });
  return chosen?.trial;
}

function programItem({ argv, about }: DevCommand): TrialItem {
  const label = argv.join(' ');
  return { label, description: about, iconPath: new vscode.ThemeIcon('play'), trial: { label, commands: [{ kind: 'program', argv: [...argv] }] } };
}

function gateItem(gate: readonly string[]): TrialItem {
  return { label: 'The gate', description: gate.join(', then '), iconPath: new vscode.ThemeIcon('beaker'), trial: { label: 'gate', commands: gate.map((line) => ({ kind: 'line', line })) } };
}

async function textsOf(worktree: vscode.Uri): Promise<ReadonlyMap<string, string>> {
  const read = async (name: string): Promise<readonly (readonly [string, string])[]> => {
    try {
      return [[name, await readSmall(vscode.Uri.joinPath(worktree, ...name.split('/')), 1_000_000)]];
    } catch {
      return [];
    }
  };
  return new Map((await Promise.all(DEV_FILES.map(read))).flat());
}
