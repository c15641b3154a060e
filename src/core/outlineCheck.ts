/** Everything that is wrong with an outline, at once and in the order of its lines. */
import type { OutlinePlan, OutlineResult } from './outline.js';
import { placedMessage } from './outline.js';
import type { Problem } from './plan.js';
import type { CheckOptions } from './planCheck.js';
import { checkPlan } from './planCheck.js';

const LINE = /^line (\d+): /;
/** What a group that could not be read may have been meant to say. */
const FOLLOWS = new Set(['empty-owns', 'no-gate']);

/** Problems and warnings of the outline's words and of the plan that they make, each with its line where it has one. */
export function outlineProblems(read: OutlineResult, options: CheckOptions = {}): readonly Problem[] {
  if (!('problems' in read)) return planProblems(read, options);
  const unread = read.problems.map((message): Problem => ({ code: 'schema', tasks: [], message }));
  const lines = new Set(unread.map(lineOf));
  const rest = read.rest === undefined ? [] : planProblems(read.rest, options).filter((problem) => !(FOLLOWS.has(problem.code) && lines.has(lineOf(problem))));
  return [...unread, ...rest].sort((a, b) => lineOf(a) - lineOf(b));
}

function planProblems({ plan, lines }: OutlinePlan, options: CheckOptions): readonly Problem[] {
  return checkPlan(plan, options).problems.map((problem) => ({ ...problem, message: placedMessage(problem, lines) }));
}

/** 0 for what is wrong with the whole. */
function lineOf(problem: Problem): number {
  return Number(LINE.exec(problem.message)?.[1] ?? 0);
}
