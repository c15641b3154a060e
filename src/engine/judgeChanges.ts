/** What a task changes of how it is judged: looked up in git before its gate, for the reviewer. */
import { isReadForJudging, judgeChanges } from '../core/judgeChanges.js';
import type { TaskRun } from '../core/run.js';
import { messageOf } from './attempts.js';
import type { RunContext } from './context.js';

/** Empty when nothing was found. Never fails: it is a note, not a judgement. */
export async function judgeChangesOf(context: RunContext, task: TaskRun, commands: readonly string[]): Promise<readonly string[]> {
  const { git, log } = context.world;
  const { head, files } = task;
  if (head === undefined) return [];
  const read = files.filter((file) => isReadForJudging(file.path)).slice(0, 50);
  try {
    const contents = await Promise.all(
      read.map(async ({ path }) => {
        const [before, after] = await Promise.all([git.readFile(head.base, path), git.readFile(head.commit, path)]);
        return [path, { before: before ?? '', after: after ?? '' }] as const;
      }),
    );
    // The scripts that a gate names are those of the root, wherever else one was changed.
    const root = (await git.readFile(head.base, 'package.json')) ?? '';
    return judgeChanges(files, commands, root, new Map(contents));
  } catch (error) {
    log.warn(`What ${task.task.id} changes of its gate could not be read: ${messageOf(error)}`);
    return [];
  }
}
