/** 10,000 planner answers, broken by seed: none may throw, and none may pass that is not a plan. */
import { expect, it } from 'vitest';
import { validateGlob } from '../../src/core/globs.js';
import { readPlanAnswer } from '../../src/core/planAnswer.js';
import { checkPlan } from '../../src/core/planCheck.js';
import { parsePlan } from '../../src/core/planSchema.js';
import type { Random } from '../support/random.js';
import { random } from '../support/random.js';
import { plan, task } from './build.js';

const ROUNDS = 10_000;
const VALUES: readonly (() => unknown)[] = [
  () => null,
  () => 0,
  () => -1,
  () => 1e308,
  () => true,
  () => '',
  () => '../../etc/passwd',
  () => '/**',
  () => '{'.repeat(50),
  () => 'x'.repeat(5_000),
  () => '\u0000\ud800',
  () => [],
  () => ({}),
  () => [[[[]]]],
  () => ({ toString: 1, constructor: {}, hasOwnProperty: null }),
  () => Array.from({ length: 2_000 }, () => 'a'),
  () => nested(2_000),
];
const KEYS = ['id', 'ID', 'task', 'owns', 'own', '__proto__', 'constructor', 'dependsOn', 'depends_on', 'script', 'base', '', 'toString', 'x'.repeat(300)];

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let at = 0; at < depth; at += 1) value = at % 2 === 0 ? [value] : { a: value };
  return value;
}

function good(seed: Random): unknown {
  const ids = Array.from({ length: 1 + seed.below(5) }, (_, at) => `t${at}`);
  return JSON.parse(
    JSON.stringify({ ...plan(...ids.map((id, at) => task(id, { dependsOn: ids.slice(0, at).filter(() => seed.chance(0.4)), instructions: 'Do {it} "well"', contract: { offLimits: ['x/**'], acceptance: ['works'] } }))), note: '' }),
  ) as unknown;
}

/** Replaces, renames, drops, doubles or moves one thing somewhere in a JSON value. */
function mutate(seed: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || seed.chance(0.15)) return seed.pick(VALUES)();
  if (Array.isArray(value)) {
    const copy = [...(value as unknown[])];
    const at = seed.below(copy.length + 1);
    if (copy.length === 0 || at === copy.length || seed.chance(0.2)) copy.push(copy.length > 0 && seed.chance(0.7) ? seed.pick(copy) : seed.pick(VALUES)());
    else if (seed.chance(0.2)) copy.splice(at, 1);
    else copy[at] = mutate(seed, copy[at]);
    return copy;
  }
  const entries: [string, unknown][] = Object.entries(value);
  if (entries.length === 0) return { [seed.pick(KEYS)]: seed.pick(VALUES)() };
  const at = seed.below(entries.length);
  const [key, old] = entries[at]!;
  const kind = seed.below(6);
  if (kind === 0) entries.splice(at, 1);
  else if (kind === 1) entries[at] = [seed.pick(KEYS), old];
  else if (kind === 2) entries.push([seed.pick(KEYS), seed.pick(VALUES)()]);
  else if (kind === 3) entries[at] = [key, seed.pick(entries)[1]];
  else entries[at] = [key, mutate(seed, old)];
  const copy: Record<string, unknown> = {};
  // By definition, not by assignment: "__proto__" must become a key, as JSON.parse would make it.
  for (const [name, each] of entries) Object.defineProperty(copy, name, { value: each, enumerable: true, configurable: true, writable: true });
  return copy;
}

function garble(seed: Random, text: string): string {
  let bytes = text;
  for (let times = 1 + seed.below(4); times > 0; times -= 1) {
    const at = seed.below(bytes.length + 1);
    const kind = seed.below(6);
    if (kind === 0) bytes = bytes.slice(0, at);
    else if (kind === 1) bytes = bytes.slice(at);
    else if (kind === 2) bytes = bytes.slice(0, at) + String.fromCharCode(seed.below(256)) + bytes.slice(at + 1);
    else if (kind === 3) bytes = bytes.slice(0, at) + seed.pick(['{', '}', '"', '[', ']', '\\', '```', '```json\n', '\n']).repeat(1 + seed.below(40)) + bytes.slice(at);
    else if (kind === 4) bytes = `${seed.pick(['Sure! {plan}:\n', '```json\n', '{', 'null', '\ufeff'])}${bytes}${seed.pick(['\n```', ' }', '', '\nDone {ok}.'])}`;
    else bytes = bytes.slice(0, at) + bytes.slice(Math.max(0, at - 50));
  }
  return bytes;
}

it(`${ROUNDS} mutated answers: a valid plan, or problems with messages; never a throw`, () => {
  const ended = { plan: 0, problems: 0 };
  for (let seed = 1; seed <= ROUNDS; seed += 1) {
    const rnd = random(seed);
    let value = good(rnd);
    if (rnd.chance(0.8)) for (let times = 1 + rnd.below(3); times > 0; times -= 1) value = mutate(rnd, value);
    const asText = rnd.chance(0.6);
    const text = asText ? JSON.stringify(value) : '';
    const outcome = asText ? { text: rnd.chance(0.6) ? garble(rnd, text) : text } : { answer: value };
    const answer = readPlanAnswer(outcome, { scripts: rnd.chance(0.2), goal: 'The goal', teamHasGate: rnd.chance(0.5) });
    if ('plan' in answer) {
      ended.plan += 1;
      expect(parsePlan(answer.plan), `seed ${seed}`).toEqual({ plan: answer.plan });
      expect(checkPlan(answer.plan).ok, `seed ${seed}`).toBe(true);
      expect(answer.plan.tasks.flatMap((each) => each.contract.owns).filter((glob) => validateGlob(glob) !== undefined || glob.startsWith('/') || glob.includes('..')), `seed ${seed}`).toEqual([]);
      expect(answer.plan, `seed ${seed}`).not.toHaveProperty('base');
    } else {
      ended.problems += 1;
      expect(answer.problems.length, `seed ${seed}`).toBeGreaterThan(0);
      expect(answer.problems.every((problem) => problem.message !== '' && problem.message.length < 10_000 && problem.severity === undefined), `seed ${seed}`).toBe(true);
    }
  }
  // Both ends are really reached, or the fuzz would prove nothing.
  expect(Math.min(ended.plan, ended.problems)).toBeGreaterThan(500);
  expect(({} as Record<string, unknown>)['a']).toBeUndefined();
});
