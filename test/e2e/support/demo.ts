/** The demo repository in a fast variant, with agents that wait for the test where a state has to be looked at. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan, ScriptStep, Task } from '../../../src/core/plan.js';
import { makeDemo } from '../../demo/makeDemo.js';
import { gitIn } from './git.js';

/** Changes one task of the recorded plan. */
export type Variation = (task: Task) => Task;

/** Makes the demo at `root`; the recorded plan is `vary`'d before it is committed. */
export async function makeFastDemo(root: string, vary: Variation = (task) => task, pace = 0.1): Promise<void> {
  await makeDemo(root, { pace });
  const file = join(root, '.switchyard', 'scripted-plans.json');
  const { plans } = JSON.parse(await readFile(file, 'utf8')) as { readonly plans: readonly Plan[] };
  const varied = plans.map((plan) => ({ ...plan, tasks: plan.tasks.map(vary) }));
  await writeFile(file, `${JSON.stringify({ plans: varied }, null, 2)}\n`);
  await gitIn(root, 'add', '-A');
  await gitIn(root, 'commit', '--quiet', '--no-verify', '--amend', '--no-edit');
}

/** The scripts of a recorded task, one list per attempt. */
export function attemptsOf(task: Task): readonly (readonly ScriptStep[])[] {
  if (task.script === undefined) throw new Error(`${task.id} has no script.`);
  return 'attempts' in task.script ? task.script.attempts : [task.script];
}

/** A gate between the test and its agents: an agent that reaches `wait(name)` goes on when the test has called `open(name)`. */
export interface Holds {
  wait(name: string): ScriptStep;
  open(name: string): Promise<void>;
}

const WAIT = `import { existsSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
const file = join(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), process.argv[2]);
const look = () => { if (existsSync(file)) process.exit(0); };
watch(dirname(file), look);
look();
setTimeout(() => process.exit(1), 240_000);
`;

export async function makeHolds(folder: string): Promise<Holds> {
  await mkdir(folder, { recursive: true });
  const program = join(folder, 'wait.mjs');
  await writeFile(program, WAIT);
  return {
    wait: (name) => ({ run: ['node', program, `${name}.open`] }),
    open: (name) => writeFile(join(folder, `${name}.open`), ''),
  };
}

/** What the agent of `tags` does about a review comment. */
export const REVIEWED = { says: 'The limits get a comment, as asked in review.', line: '// The limits were agreed in review.' } as const;

/** The fast demo whose task `tags` waits for `open('tags')` after its first file, and has something to do when it is sent back. */
export async function makeHeldDemo(root: string, folder: string): Promise<Holds> {
  const holds = await makeHolds(folder);
  await makeFastDemo(root, (task) => {
    if (task.id !== 'tags') return task;
    const [steps = []] = attemptsOf(task);
    const again: readonly ScriptStep[] = [
      { say: REVIEWED.says },
      { append: { path: 'src/note.mjs', text: `\n${REVIEWED.line}\n` } },
      { usage: { model: 'claude-sonnet-4-5', inputTokens: 12_000, cachedInputTokens: 9_000, outputTokens: 300 } },
    ];
    return { ...task, script: { attempts: [[...steps.slice(0, 3), holds.wait('tags'), ...steps.slice(3)], again] } };
  });
  return holds;
}
