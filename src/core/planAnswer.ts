/** From a planner's answer (structured, plain or fenced text) to a checked plan, and the JSON schema it is asked with. */
import type { AgentOutcome } from './activity.js';
import { nestsTooDeep } from './nesting.js';
import type { Plan, Problem, Task } from './plan.js';
import { checkPlan } from './planCheck.js';
import type { CheckOptions } from './planCheck.js';
import { parsePlan } from './planSchema.js';

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;

/**
 * For CLIs that take a schema. Every key is required and closed, because OpenAI's structured outputs demand it;
 * `script` is left out: it is not for models.
 */
export const PLAN_JSON_SCHEMA: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  required: ['version', 'goal', 'tasks', 'note'],
  properties: {
    version: { type: 'integer', enum: [1] },
    goal: text,
    note: { ...text, description: 'A remark to the person, or an empty string' },
    tasks: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'title', 'instructions', 'dependsOn', 'contract', 'tier'],
        properties: {
          id: { ...text, pattern: '^[a-z0-9][a-z0-9-]{0,39}$' },
          title: text,
          instructions: text,
          dependsOn: texts,
          contract: {
            type: 'object',
            additionalProperties: false,
            required: ['owns', 'offLimits', 'acceptance', 'gate'],
            properties: { owns: texts, offLimits: texts, acceptance: texts, gate: texts },
          },
          tier: { type: 'string', enum: ['fast', 'standard', 'deep'] },
        },
      },
    },
  },
};

export type PlanAnswer = { readonly plan: Plan } | { readonly problems: readonly Problem[] };

export interface AnswerOptions extends CheckOptions {
  /** Only the scripted agent's own recorded plans may carry scripts. */
  readonly scripts: boolean;
  readonly goal: string;
  /** Re-plan: tasks that stay beside the answer, which may depend on them. */
  readonly kept?: readonly Task[];
}

/**
 * Takes the answer of a planner whose CLI ended well. `scripts` lets only the scripted agent's own recorded plans carry
 * scripts: a model must not be able to make Switchyard run argv lists.
 */
export function readPlanAnswer(outcome: Pick<AgentOutcome, 'answer' | 'text'>, options: AnswerOptions): PlanAnswer {
  const { answer } = outcome;
  const found = (typeof answer === 'string' ? jsonIn(answer) : answer) ?? jsonIn(outcome.text ?? '');
  if (found === undefined) {
    const said = (typeof answer === 'string' ? answer : (outcome.text ?? '')).trim();
    return { problems: [{ code: 'schema', tasks: [], message: said === '' ? 'the answer is empty' : `the answer holds no JSON object: "${said.slice(0, 200)}"` }] };
  }
  const input = typeof found === 'object' && found !== null && !Array.isArray(found) ? normalise(found, options) : found;
  const parsed = parsePlan(input);
  if ('problems' in parsed) return parsed;
  const { plan } = parsed;
  const ids = new Set(plan.tasks.map((task) => task.id));
  const kept = (options.kept ?? []).filter((task) => !ids.has(task.id));
  const errors = checkPlan({ ...plan, tasks: [...kept, ...plan.tasks] }, options).problems.filter((problem) => problem.severity !== 'warning');
  return errors.length > 0 ? { problems: errors } : { plan };
}

/** Models leave an empty note where they have none, and sometimes forget the goal they were just given. */
function normalise(found: object, options: { readonly scripts: boolean; readonly goal: string }): unknown {
  const answer: Record<string, unknown> = { goal: options.goal, version: 1, ...found };
  if (answer['note'] === '' || answer['note'] === null) delete answer['note'];
  // The base is the person's choice, recorded when the run was made; a planner cannot move it.
  delete answer['base'];
  if (!options.scripts && Array.isArray(answer['tasks'])) {
    answer['tasks'] = answer['tasks'].map((task: unknown) => (typeof task === 'object' && task !== null && 'script' in task ? { ...task, script: undefined } : task)).map(withoutUndefined);
  }
  return answer;
}

function withoutUndefined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}

/** Characters looked at before giving up: prose may hold braces (`{a,b}`), but not without end. */
const MAX_SCANNED = 20_000_000;

/** The longest balanced JSON object in a text: plain, fenced, or with words around it. One that has tasks goes first. */
export function jsonIn(textWithJson: string): unknown {
  if (textWithJson.length > 5_000_000) return undefined;
  const whole = parse(textWithJson.trim());
  if (isObject(whole)) return whole;
  let best: { readonly value: object; readonly length: number } | undefined;
  let cutOff = false;
  let at = textWithJson.indexOf('{');
  for (let scanned = 0; at >= 0 && scanned < MAX_SCANNED; ) {
    const end = balancedEnd(textWithJson, at);
    scanned += (end ?? textWithJson.length) - at;
    const value = end === undefined ? undefined : parse(textWithJson.slice(at, end));
    const length = (end ?? at) - at;
    if (isObject(value) && (best === undefined || rank(value, length) > rank(best.value, best.length))) best = { value, length };
    cutOff ||= end === undefined;
    at = textWithJson.indexOf('{', isObject(value) && end !== undefined ? end : at + 1);
  }
  // Inside an object that was cut off, whole ones are only its parts.
  return best !== undefined && (!cutOff || 'tasks' in best.value) ? best.value : undefined;
}

function rank(value: object, length: number): number {
  return length + ('tasks' in value ? 10_000_000 : 0);
}

/** Index after the brace that closes the one at `start`; braces inside JSON strings do not count. */
function balancedEnd(textWithJson: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = start; at < textWithJson.length; at += 1) {
    const char = textWithJson[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') depth += 1;
    else if (char === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

function parse(candidate: string): unknown {
  try {
    return nestsTooDeep(candidate) ? undefined : (JSON.parse(candidate) as unknown);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
