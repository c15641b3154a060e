/** `plan.json` as outside input: shape, sizes and defaults. Meaning (ids, order, overlap) is checked in planCheck.ts. */
import * as v from 'valibot';
import { FAILURE_REASONS } from './activity.js';
import { AGENT_IDS } from './ids.js';
import { globWeight } from './globs.js';
import { ISOLATION_LEVELS } from './isolation.js';
import { DEEPEST, valueTooDeep } from './nesting.js';
import { isModelName } from './words.js';
import type { Plan, Problem } from './plan.js';
import type { ShapeProblem } from './schemaWords.js';
import { placeWords, shapeProblems, shown } from './schemaWords.js';

/** More tasks than one person can review; a larger plan is refused with a reason. */
export const MAX_TASKS = 500;
/** Every glob of a task is compared with every glob of the others: more would hold up whoever looks at the plan. */
export const MAX_GLOBS = 5_000;
/** Characters of all globs in all their alternatives, and of those in names with a star: comparing costs one times the other. */
const MAX_GLOB_TEXT = 150_000;
const MAX_WILD_TEXT = 10_000;
const MAX_ID_SHOWN = 200;
const MAX_TEXT = 100_000;
/** Entries of any list of a task, e.g. its globs. */
export const MAX_LIST = 1_000;

const text = (max = MAX_TEXT) => v.pipe(v.string(), v.maxLength(max));
const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.maxLength(MAX_LIST));

const path = text(4_096);
/** What the scripted agent can do, by the one key that a step has. */
const STEPS = {
  write: v.strictObject({ write: v.strictObject({ path, text: v.string() }) }),
  append: v.strictObject({ append: v.strictObject({ path, text: v.string() }) }),
  delete: v.strictObject({ delete: v.strictObject({ path }) }),
  rename: v.strictObject({ rename: v.strictObject({ from: path, to: path }) }),
  symlink: v.strictObject({ symlink: v.strictObject({ path, target: path }) }),
  chmod: v.strictObject({ chmod: v.strictObject({ path, mode: v.pipe(v.string(), v.regex(/^[0-7]{3,4}$/, 'must be an octal mode such as "755"')) }) }),
  run: v.strictObject({ run: v.pipe(v.array(v.string()), v.minLength(1)) }),
  say: v.strictObject({
    say: v.string(),
    times: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
    everyMs: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(86_400_000))),
  }),
  sleepMs: v.strictObject({ sleepMs: v.pipe(v.number(), v.minValue(0), v.maxValue(86_400_000)) }),
  usage: v.strictObject({
    usage: v.strictObject({
      model: text(200),
      inputTokens: v.pipe(v.number(), v.minValue(0)),
      cachedInputTokens: v.exactOptional(v.pipe(v.number(), v.minValue(0))),
      outputTokens: v.pipe(v.number(), v.minValue(0)),
    }),
  }),
  fail: v.strictObject({
    fail: v.strictObject({ reason: v.picklist(FAILURE_REASONS), message: v.exactOptional(text(1_000)), retryAfterMs: v.exactOptional(v.pipe(v.number(), v.minValue(0))) }),
  }),
  exit: v.strictObject({ exit: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)) }),
  hang: v.strictObject({ hang: v.literal(true) }),
};
const noStep = v.never(`is no step of the scripted agent; a step is an object with one of the keys ${Object.keys(STEPS).join(', ')}`);

/** By its key, so that what is wrong inside a step is said with its place. */
const step = v.lazy((input) => {
  const [key] = typeof input === 'object' && input !== null ? Object.keys(input) : [];
  return key !== undefined && Object.hasOwn(STEPS, key) ? STEPS[key as keyof typeof STEPS] : noStep;
});
const steps = v.pipe(v.array(step), v.maxLength(10_000));

const attempts = v.strictObject({ attempts: v.pipe(v.array(steps), v.minLength(1)) });
const script = v.lazy((input) => (Array.isArray(input) ? steps : typeof input === 'object' && input !== null ? attempts : noScript));
const noScript = v.never('must be a list of steps, or {"attempts": [[…], […]]} with a list for each attempt');

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
  agent: v.exactOptional(v.picklist(AGENT_IDS)),
  model: v.exactOptional(v.pipe(text(200), v.check(isModelName, 'must be a model\'s name: no leading "-", no control character'))),
  script: v.exactOptional(script),
  isolation: v.exactOptional(v.picklist(ISOLATION_LEVELS)),
});

export const planSchema = v.strictObject({
  version: v.literal(1),
  goal: v.pipe(text(), v.trim(), v.minLength(1)),
  base: v.exactOptional(v.pipe(text(1_000), v.minLength(1))),
  tasks: v.pipe(v.array(task), v.minLength(1)),
  note: v.exactOptional(text()),
});

/** Parses outside input into a `Plan`, or says everything that is wrong with its shape. Never throws. */
export function parsePlan(input: unknown): { readonly plan: Plan } | { readonly problems: readonly Problem[] } {
  const tooLong = tooManyTasks(input);
  if (tooLong !== undefined) return { problems: [tooLong] };
  if (valueTooDeep(input)) return { problems: [{ code: 'schema', tasks: [], place: '', message: `the plan nests lists and objects deeper than ${String(DEEPEST)} levels; no plan needs that` }] };
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { problems: [{ code: 'schema', tasks: [], message: `a plan is an object with version, goal and tasks, not ${shown(input)}`, place: '' }] };
  }
  const result = v.safeParse(planSchema, input);
  if (!result.success) return { problems: shapeProblems(planSchema, input).map((problem) => shapeProblem(problem, input)) };
  const globs = result.output.tasks.reduce((count, { contract }) => count + contract.owns.length, 0);
  if (globs > MAX_GLOBS) {
    return { problems: [{ code: 'schema', tasks: [], place: 'tasks', message: `the tasks own ${String(globs)} globs together, more than the ${String(MAX_GLOBS)} that a plan may have; name folders (src/db/**) instead of single files` }] };
  }
  const weights = result.output.tasks.flatMap(({ contract }) => contract.owns.map(globWeight));
  const total = (of: 'text' | 'wild') => weights.reduce((sum, weight) => sum + weight[of], 0);
  if (total('text') > MAX_GLOB_TEXT || total('wild') > MAX_WILD_TEXT) {
    return { problems: [{ code: 'schema', tasks: [], place: 'tasks', message: 'the globs of all tasks together are too long to compare with each other; name folders (src/db/**) instead of patterns with many alternatives and stars' }] };
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
    place: 'tasks',
    message: `${String(input.tasks.length)} tasks are more than the ${String(MAX_TASKS)} that a plan may have; cut the goal into several runs`,
  };
}

/** `db: tier must be one of …`; a task without a readable id is named by its place in the list. */
function shapeProblem({ path: at, what }: ShapeProblem, input: object): Problem {
  const [first, index, ...field] = at;
  const place = placeWords(at);
  if (first !== 'tasks' || typeof index !== 'number') return { code: 'schema', tasks: [], message: `${place} ${what}`, place };
  const id = idAt(input, index);
  const name = id ?? `task ${String(index + 1)} of the list`;
  return { code: 'schema', tasks: id === undefined ? [] : [id], message: field.length === 0 ? `${name} ${what}` : `${name}: ${placeWords(field)} ${what}`, place };
}

function idAt(input: object, index: number): string | undefined {
  if (!('tasks' in input) || !Array.isArray(input.tasks)) return undefined;
  const found: unknown = input.tasks[index];
  return typeof found === 'object' && found !== null && 'id' in found && typeof found.id === 'string' && found.id.length <= MAX_ID_SHOWN ? found.id : undefined;
}
