/** `plan.json` as outside input: shape, sizes and defaults. Meaning (ids, order, overlap) is checked in planCheck.ts. */
import * as v from 'valibot';
import type { Plan, Problem } from './plan.js';

/** More tasks than one person can review; a larger plan is refused with a reason. */
export const MAX_TASKS = 500;
/** Every glob of a task is compared with every glob of the others: more would hold up whoever looks at the plan. */
export const MAX_GLOBS = 5_000;
const MAX_TEXT = 100_000;
const MAX_LIST = 1_000;

const text = (max = MAX_TEXT) => v.pipe(v.string(), v.maxLength(max));
const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.maxLength(MAX_LIST));

const path = text(4_096);
const step = v.union([
  v.strictObject({ write: v.strictObject({ path, text: v.string() }) }),
  v.strictObject({ append: v.strictObject({ path, text: v.string() }) }),
  v.strictObject({ delete: v.strictObject({ path }) }),
  v.strictObject({ rename: v.strictObject({ from: path, to: path }) }),
  v.strictObject({ symlink: v.strictObject({ path, target: path }) }),
  v.strictObject({ chmod: v.strictObject({ path, mode: v.pipe(v.string(), v.regex(/^[0-7]{3,4}$/)) }) }),
  v.strictObject({ run: v.pipe(v.array(v.string()), v.minLength(1)) }),
  v.strictObject({ say: v.string() }),
  v.strictObject({ sleepMs: v.pipe(v.number(), v.minValue(0), v.maxValue(86_400_000)) }),
  v.strictObject({
    usage: v.strictObject({
      model: text(200),
      inputTokens: v.pipe(v.number(), v.minValue(0)),
      cachedInputTokens: v.exactOptional(v.pipe(v.number(), v.minValue(0))),
      outputTokens: v.pipe(v.number(), v.minValue(0)),
    }),
  }),
  v.strictObject({ exit: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)) }),
  v.strictObject({ hang: v.literal(true) }),
]);
const steps = v.pipe(v.array(step), v.maxLength(10_000));

export const contractSchema = v.strictObject({
  owns: v.optional(list(text(4_096)), []),
  offLimits: v.optional(list(text(4_096)), []),
  acceptance: v.optional(list(text()), []),
  gate: v.optional(list(v.pipe(text(), v.trim(), v.minLength(1))), []),
});

const task = v.strictObject({
  id: text(200),
  title: v.pipe(text(500), v.trim(), v.minLength(1)),
  instructions: v.optional(text(), ''),
  dependsOn: v.optional(list(text(200)), []),
  contract: contractSchema,
  tier: v.optional(v.picklist(['fast', 'standard', 'deep']), 'standard'),
  agent: v.exactOptional(text(200)),
  model: v.exactOptional(text(200)),
  script: v.exactOptional(v.union([steps, v.strictObject({ attempts: v.pipe(v.array(steps), v.minLength(1)) })])),
});

export const planSchema = v.strictObject({
  version: v.literal(1),
  goal: v.pipe(text(), v.trim(), v.minLength(1)),
  base: v.exactOptional(v.pipe(text(1_000), v.minLength(1))),
  tasks: v.pipe(
    v.array(task),
    v.minLength(1, 'the plan has no task'),
    v.maxLength(MAX_TASKS, `more than ${String(MAX_TASKS)} tasks: nobody can review that; cut the goal into several runs`),
  ),
  note: v.exactOptional(text()),
});

/** Parses outside input into a `Plan`, or says everything that is wrong with its shape. Never throws. */
export function parsePlan(input: unknown): { readonly plan: Plan } | { readonly problems: readonly Problem[] } {
  const tooLong = tooManyTasks(input);
  if (tooLong !== undefined) return { problems: [tooLong] };
  const result = v.safeParse(planSchema, input);
  if (!result.success) return { problems: result.issues.map((issue) => shapeProblem(issue, input)) };
  const globs = result.output.tasks.reduce((count, { contract }) => count + contract.owns.length, 0);
  if (globs > MAX_GLOBS) {
    return { problems: [{ code: 'schema', tasks: [], message: `tasks: the tasks own ${String(globs)} globs together, more than the ${String(MAX_GLOBS)} that a plan may have; name folders (src/db/**) instead of single files` }] };
  }
  return { plan: result.output };
}

/** Checked before anything else, so that a huge array is refused without walking through it. */
function tooManyTasks(input: unknown): Problem | undefined {
  if (typeof input !== 'object' || input === null || !('tasks' in input) || !Array.isArray(input.tasks)) return undefined;
  if (input.tasks.length <= MAX_TASKS) return undefined;
  return {
    code: 'schema',
    tasks: [],
    message: `tasks: ${String(input.tasks.length)} tasks are more than the ${String(MAX_TASKS)} that a plan may have; cut the goal into several runs`,
  };
}

function shapeProblem(issue: v.BaseIssue<unknown>, input: unknown): Problem {
  const place = v.getDotPath(issue) ?? '';
  const index = /^tasks\.(\d+)/.exec(place)?.[1];
  const id = index === undefined ? undefined : idAt(input, Number(index));
  return {
    code: 'schema',
    tasks: id === undefined ? [] : [id],
    message: place === '' ? issue.message : `${place}: ${issue.message}`,
  };
}

function idAt(input: unknown, index: number): string | undefined {
  if (typeof input !== 'object' || input === null || !('tasks' in input) || !Array.isArray(input.tasks)) return undefined;
  const found: unknown = input.tasks[index];
  return typeof found === 'object' && found !== null && 'id' in found && typeof found.id === 'string' ? found.id : undefined;
}
