/** What a fresh session must know of the one before it, when that one cannot be resumed. */
import { gateFeedback } from './gate.js';
import type { ChangedPath } from './ports.js';
import type { TaskRun } from './run.js';
import { stripAnsi } from './text.js';

const MOST_PATHS = 100;
const LONGEST_MESSAGE = 1_500;
const LONGEST_GATE = 6_000;

export interface Checkpoint {
  /** Everything that differs from where the task started; absent when the worktree could not be read. */
  readonly changed?: readonly ChangedPath[];
  /** The earlier agent's last words, oldest first. */
  readonly messages: readonly string[];
  /** What it did last, one line each: `Edit src/a.ts`. */
  readonly steps: readonly string[];
}

/** Why the earlier session does not go on, in the agent's ear. */
export function handOffWhy(task: TaskRun): string {
  const last = task.attempts.at(-1);
  if (last?.outcome?.reason === 'context-full') return 'Its context was full.';
  if (last?.outcome?.reason === 'quota') return 'Another agent worked there and has no quota left.';
  return 'Its session cannot be resumed.';
}

const HEAD = 'An earlier session worked on this task';

/** Feedback that is a checkpoint: out of date as soon as somebody has worked on from it. */
export function isCheckpoint(feedback: string): boolean {
  return feedback.startsWith(HEAD);
}

/** The checkpoint as text for the fresh session's prompt. At most about 16,000 characters. */
export function checkpointText(task: TaskRun, checkpoint: Checkpoint, feedback: string | undefined): string {
  const gate = task.gates.at(-1);
  const { changed, messages, steps } = checkpoint;
  return [
    changed?.length === 0
      ? `${HEAD}, and nothing of its work is in this worktree. ${handOffWhy(task)}`
      : `${HEAD} in this same worktree, and you go on from its work. ${handOffWhy(task)} Look at the files before you change them; do not start over.`,
    '',
    ...changes(task, changed),
    ...(steps.length === 0 ? [] : ['', 'What it did last:', ...steps.map((step) => `- ${step}`)]),
    ...(messages.length === 0 ? [] : ['', 'Its last words:', ...messages.map((message) => quoted(cut(message, LONGEST_MESSAGE)))]),
    ...(gate?.verdict === 'red' ? ['', 'The last gate was red:', cut(gateFeedback(gate.results, gate.note), LONGEST_GATE)] : []),
    ...(feedback === undefined || feedback === '' ? [] : ['', 'What it was told last:', cut(feedback, LONGEST_GATE)]),
  ].join('\n');
}

function changes(task: TaskRun, changed: readonly ChangedPath[] | undefined): readonly string[] {
  if (changed === undefined) return ['What has changed so far: see `git status` and `git diff`.'];
  if (changed.length === 0) return [];
  const counts = new Map(task.files.map((file) => [file.path, file]));
  const lines = changed.slice(0, MOST_PATHS).map(({ path, change }) => {
    const file = counts.get(path);
    const size = file?.additions === undefined ? '' : `, +${String(file.additions)} -${String(file.deletions ?? 0)} when last committed`;
    return `- ${path} (${change}${size})`;
  });
  return ['What has changed so far:', ...lines, ...(changed.length > MOST_PATHS ? [`- and ${String(changed.length - MOST_PATHS)} more`] : [])];
}

function cut(text: string, most: number): string {
  const plain = stripAnsi(text).trim();
  return plain.length > most ? `${plain.slice(0, most)} … (cut)` : plain;
}

function quoted(text: string): string {
  return text.split('\n').map((line) => `> ${line}`).join('\n');
}
