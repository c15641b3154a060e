/** Gathers what a fresh session must know of the work before it. */
import type { ActivityLine } from '../core/activity.js';
import type { Checkpoint } from '../core/handOff.js';
import { checkpointText } from '../core/handOff.js';
import type { TaskRun } from '../core/run.js';
import type { RunContext } from './context.js';

const MESSAGES = 4;
const STEPS = 15;

/** The checkpoint of a task's worktree and last attempt. What cannot be read is left out: the agent sees the worktree itself. */
export async function checkpoint(context: RunContext, task: TaskRun, feedback: string | undefined): Promise<string> {
  const { world } = context;
  const base = task.head?.base ?? task.startedFrom;
  const last = task.attempts.at(-1);
  const [changes, lines] = await Promise.all([
    base === undefined || task.worktree === undefined ? undefined : world.git.changes(task.worktree, base).catch(() => undefined),
    last === undefined ? [] : world.activities.read(last.folder, 0).catch((): readonly ActivityLine[] => []),
  ]);
  const found: Checkpoint = {
    messages: lines.flatMap((line) => (line.type === 'message' ? [line.text] : [])).slice(-MESSAGES),
    steps: lines.flatMap((line) => (line.type === 'tool' ? [line.title] : [])).slice(-STEPS),
    ...(changes !== undefined && { changed: changes.changed }),
  };
  return checkpointText(task, found, feedback);
}
