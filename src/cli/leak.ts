/** `leak`: shows what an agent changed outside its worktree, and carries out what the person decides about it. */
import type { Leak, LeakChoice } from '../core/leak.js';
import { leakText, leaver, openLeaks } from '../core/leak.js';
import type { RunState } from '../core/run.js';
import type { EngineSession } from '../engine/session.js';
import type { ExitCode, Output } from './output.js';
import { EXIT, UsageError } from './output.js';
import { nextSteps, stepLines } from './nextSteps.js';
import { stateOf, taskOf } from './state.js';

export interface LeakOptions {
  readonly run?: string;
  readonly task?: string;
  readonly choice: LeakChoice | undefined;
}

type Open = (mode: 'reader' | 'writer') => Promise<EngineSession>;

/** A choice is carried out here where nobody holds the repository (nothing else of the run moves then), else by who does. */
export async function leak(open: Open, options: LeakOptions, output: Output): Promise<ExitCode> {
  const { choice } = options;
  const read = await open('reader');
  try {
    if (choice === undefined) return await showLeaks(read, options, output);
    if ((await read.holderNow()) !== undefined) return await settleLeak(read, options, choice, output);
  } finally {
    await read.close({ stopAgents: false });
  }
  const write = await open('writer');
  try {
    const run = options.run ?? (await write.runs())[0]?.run;
    if (run !== undefined) await write.holdStill(run);
    return await settleLeak(write, options, choice, output);
  } finally {
    await write.close({ stopAgents: false });
  }
}

/** A task of the run, or `planner` where a planner left something. */
function leaverOf(state: RunState, task: string | undefined): { readonly id: string; readonly title: string; readonly leaks: readonly Leak[] } {
  const found = task === undefined ? undefined : leaver(state, task);
  return { id: found === undefined || task === undefined ? taskOf(state, task).task.id : task, title: found?.title ?? '', leaks: found?.leaks ?? [] };
}

/** The one choice on the command line, or none. */
export function choiceOf(values: { readonly move?: true; readonly keep?: true; readonly undo?: true }): LeakChoice | undefined {
  const [choice, ...more] = (['move', 'keep', 'undo'] as const).filter((each) => values[each] === true);
  if (more.length > 0) throw new UsageError('Choose one of --move, --keep and --undo. Nothing was changed.');
  return choice;
}

/** Every open leak of a task with its files and where they are kept. */
async function showLeaks(session: EngineSession, options: LeakOptions, output: Output): Promise<ExitCode> {
  const state = await stateOf(session, options.run);
  const { id, title, leaks } = leaverOf(state, options.task);
  const open = openLeaks({ leaks });
  output.object({ type: 'leaks', run: state.run, task: id, leaks });
  const lines = open.flatMap((each) => [
    leakText(title, each),
    ...each.files.map((file) => `  ${file.change.padEnd(8)}  ${file.path}${file.before === 'unknown' ? '  (what was there before is not known)' : ''}`),
    ...(each.more === undefined ? [] : [`  and ${String(each.more)} more`]),
    `  kept in ${each.kept.ref} and ${each.kept.patch}`,
  ]);
  output.result([...lines, ...(open.length > 0 ? ['Next:', ...stepLines(nextSteps(state).filter((step) => step.task === id))] : [`${title} left no changes outside its worktree that wait for a choice.`])].join('\n'));
  return EXIT.done;
}

async function settleLeak(session: EngineSession, options: LeakOptions, choice: LeakChoice, output: Output): Promise<ExitCode> {
  const state = await stateOf(session, options.run);
  const { id, leaks } = leaverOf(state, options.task);
  const before = openLeaks({ leaks }).map((each) => each.id);
  const holder = await session.holderNow();
  const answer = await session.wish({ type: 'leak', run: state.run, task: id, choice });
  if (!answer.ok) throw new UsageError(answer.reason);
  const settled = leaverOf(session.current() ?? state, id).leaks.filter((each) => before.includes(each.id) && each.settled !== undefined);
  const left = settled.flatMap((each) => each.left ?? []);
  output.object({ type: 'leak.choice', run: state.run, task: id, choice, left });
  const stays = left.length === 0 ? '' : ` Left as it is, because it has changed since or nobody knows what was there before: ${left.join(', ')}.`;
  output.result(settled.length === 0 && holder !== undefined ? `Recorded; ${holder} acts on it.` : `${DONE[choice]}${stays} Next: switchyard resume ${state.run}`);
  return EXIT.done;
}

const DONE: Readonly<Record<LeakChoice, string>> = {
  move: 'Moved into the task; its gate runs again.',
  keep: 'Kept as they are.',
  undo: 'Undone.',
};
