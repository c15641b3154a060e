/** An edit of a proposed task while it is typed, and the wish it becomes. Pure. */
import type { Contract } from '../../src/core/plan.js';
import type { PlanEdit } from '../../src/core/wishes.js';
import type { RunView, TaskView } from '../../src/shared/protocol.js';
import type { Draft } from '../viewState.js';

/** Drafts belong to one revision: another one may have changed the same task. */
export const draftKey = (run: RunView, task: string): string => `${run.id}/${run.planRevision}/${task}`;

const LISTS = ['owns', 'offLimits', 'acceptance', 'gate'] as const;
const asText = (lines: readonly string[]): string => lines.join('\n');
const asLines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
const sameList = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((item, index) => item === b[index]);

/** A task as a form holds it: lists are lines of text. */
export function draftOf(task: TaskView): Draft {
  const { owns, offLimits, acceptance, gate } = task.contract;
  return {
    title: task.title,
    instructions: task.instructions,
    owns: asText(owns),
    offLimits: asText(offLimits),
    acceptance: asText(acceptance),
    gate: asText(gate),
    dependsOn: task.dependsOn,
  };
}

/** The edit with only what differs; `undefined` if nothing does. */
export function editOf(task: TaskView, draft: Draft): PlanEdit | undefined {
  const changed = LISTS.filter((key) => !sameList(asLines(draft[key]), task.contract[key]));
  const contract: Partial<Contract> = Object.fromEntries(changed.map((key) => [key, asLines(draft[key])]));
  const edit = {
    ...(draft.title.trim() === task.title ? {} : { title: draft.title.trim() }),
    ...(draft.instructions.trim() === task.instructions.trim() ? {} : { instructions: draft.instructions.trim() }),
    ...(sameList(draft.dependsOn, task.dependsOn) ? {} : { dependsOn: draft.dependsOn }),
    ...(changed.length === 0 ? {} : { contract }),
  };
  return Object.keys(edit).length === 0 ? undefined : { kind: 'task', task: task.id, ...edit };
}

/** Every task that waits for this one, directly or not: depending on one of them would be a cycle. */
export function dependentsOf(run: RunView, id: string): ReadonlySet<string> {
  const found = new Set([id]);
  let grown = true;
  while (grown) {
    const more = run.tasks.filter((task) => !found.has(task.id) && task.dependsOn.some((other) => found.has(other)));
    for (const task of more) found.add(task.id);
    grown = more.length > 0;
  }
  return found;
}
