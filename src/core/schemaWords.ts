/** What a schema finds wrong, in words for people: no library's own text reaches anybody. */
import * as v from 'valibot';

/** One thing that is wrong with the shape of outside input. */
export interface ShapeProblem {
  /** Keys and indexes from the top, e.g. `['tasks', 0, 'tier']`; empty for the whole. */
  readonly path: readonly (string | number)[];
  /** A predicate without its subject: `is missing`, `must be a list, not "a"`. */
  readonly what: string;
}

/** A schema stops at the first unknown key of an object; so many rounds find the others. */
const MAX_ROUNDS = 30;
const SHOWN = 60;

/** Everything that is wrong with the shape of an input; empty when it fits. Never throws. */
export function shapeProblems(schema: v.GenericSchema, input: unknown): readonly ShapeProblem[] {
  const unknown: ShapeProblem[] = [];
  let rest = input;
  for (let round = 0; ; round += 1) {
    const { issues } = v.safeParse(schema, rest);
    const keys = (issues ?? []).filter(isUnknownKey).map(pathOf);
    const others = (issues ?? []).filter((issue) => !isUnknownKey(issue)).map((issue) => ({ path: pathOf(issue), what: wordsFor(issue) }));
    unknown.push(...keys.map((path) => ({ path, what: 'is not known here' })));
    if (keys.length === 0 || round === MAX_ROUNDS) return [...others, ...unknown];
    rest = keys.reduce(withoutKey, rest);
  }
}

/** `tasks[0].contract.gate[1]`; empty for the whole. */
export function placeWords(path: readonly (string | number)[]): string {
  return path.map((part, at) => (typeof part === 'number' ? `[${String(part)}]` : `${at === 0 ? '' : '.'}${cut(part)}`)).join('');
}

/** A value of outside input as people may see it: short, and on one line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(cut(value));
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}

function cut(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function isUnknownKey(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never';
}

function pathOf(issue: v.BaseIssue<unknown>): readonly (string | number)[] {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
}

const KINDS: Readonly<Record<string, string>> = { string: 'text', number: 'a number', boolean: 'true or false', array: 'a list', strict_object: 'an object', object: 'an object', record: 'an object' };

function wordsFor(issue: v.BaseIssue<unknown>): string {
  const { type, input } = issue;
  const limit = typeof issue.requirement === 'number' ? String(issue.requirement) : '';
  if (issue.kind === 'schema') {
    if (input === undefined) return 'is missing';
    const kind = KINDS[type];
    if (kind !== undefined) return `must be ${kind}, not ${shown(input)}`;
    if (type === 'picklist') return `must be one of ${choices(issue.expected)}, not ${shown(input)}`;
    if (type === 'literal') return `must be ${issue.expected ?? ''}, not ${shown(input)}`;
    // A schema with words of its own.
    return issue.message;
  }
  switch (type) {
    case 'min_length':
    case 'non_empty':
      return 'is empty';
    case 'max_length':
      return typeof input === 'string'
        ? `has ${String(input.length)} characters, more than the ${limit} it may have`
        : `has ${Array.isArray(input) ? String(input.length) : 'too many'} entries, more than the ${limit} it may have`;
    case 'integer':
      return `must be a whole number, not ${shown(input)}`;
    case 'min_value':
      return `must be at least ${limit}, not ${shown(input)}`;
    case 'max_value':
      return `must be at most ${limit}, not ${shown(input)}`;
    case 'gt_value':
      return `must be greater than ${limit}, not ${shown(input)}`;
    default:
      return issue.message;
  }
}

/** From the library's `("a" | "b")`. */
function choices(expected: string | null): string {
  const all = (expected ?? '').replace(/^\(|\)$/g, '').split(' | ').map((each) => each.replaceAll('"', ''));
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} or ${all.at(-1) ?? ''}`;
}

/** A copy without one key; what does not lie on the way to it is shared. */
function withoutKey(value: unknown, path: readonly (string | number)[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as unknown[]).map((each, at) => (at === key ? withoutKey(each, rest) : each));
  const entries = Object.entries(value);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([name]) => name !== key));
  return Object.fromEntries(entries.map(([name, each]) => [name, name === key ? withoutKey(each, rest) : each]));
}
