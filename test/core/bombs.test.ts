/** Input that is made to hang or crash whoever reads it: refused, with a reason. */
import { describe, expect, it } from 'vitest';
import { globsOverlap, globWeight, matches, validateGlob } from '../../src/core/globs.js';
import { nestsTooDeep, valueTooDeep } from '../../src/core/nesting.js';
import { readPlanAnswer } from '../../src/core/planAnswer.js';
import { MAX_TASKS, parsePlan } from '../../src/core/planSchema.js';
import { checkWish } from '../../src/ui/dashboard/validate.js';
import { PARSERS, type CliName } from '../agents/replay.js';
import { plan, task } from './build.js';

const DEEP = 200_000;
const bomb = `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`;
const problemsOf = (result: ReturnType<typeof parsePlan>) => ('problems' in result ? result.problems.map(({ message }) => message).join() : '');

describe('nesting', () => {
  it('is counted outside strings only', () => {
    expect(nestsTooDeep(bomb)).toBe(true);
    expect(nestsTooDeep(JSON.stringify({ a: '[{'.repeat(500) + '"\\' }))).toBe(false);
    expect(nestsTooDeep('[]'.repeat(1_000))).toBe(false);
    const self: unknown[] = [];
    self.push(self);
    expect(valueTooDeep(self)).toBe(true);
  });

  it('a planner\'s answer, as text or parsed', () => {
    const options = { scripts: false, goal: 'g', teamHasGate: true };
    expect('problems' in readPlanAnswer({ text: bomb }, options)).toBe(true);
    expect(problemsOf(parsePlan({ ...plan(task('a')), note: JSON.parse(bomb) as unknown }))).toContain('deeper than');
  });

  it.each(Object.keys(PARSERS) as CliName[])('a line of %s', (cli) => {
    const parser = PARSERS[cli]();
    for (const type of ['result', 'assistant', 'item.completed', 'tool_use', 'error']) expect(() => parser.line(`{"type":"${type}","message":${bomb},"structured_output":${bomb},"item":${bomb},"part":${bomb},"error":${bomb}}`)).not.toThrow();
    expect(parser.end({ code: 0, signal: null }).ok).toBe(false);
  });

  it('a message of the webview', () => {
    expect(checkWish(JSON.parse(bomb))).toMatchObject({ ok: false, reason: expect.stringContaining('nested too deep') as string });
  });
});

describe('plans that are too large', () => {
  it('10,000 tasks are refused with both numbers', () => {
    const tasks = Array.from({ length: 10_000 }, (_, at) => task(`t${String(at)}`));
    expect(problemsOf(parsePlan({ ...plan(), tasks }))).toMatch(new RegExp(`10000 .*${String(MAX_TASKS)}`));
  });

  it('globs that would take for ever to compare', () => {
    const owns = Array.from({ length: 60 }, (_, at) => `${'*a'.repeat(400)}${String(at)}`);
    expect(problemsOf(parsePlan(plan(task('a', { owns }), task('b', { owns }))))).toContain('too long to compare');
  });
});

describe('hostile globs', () => {
  it.each([
    ['alternatives of alternatives', '{a,b}'.repeat(100)],
    ['a long list in a list', `{${'{a,b,c,d,e,f,g,h},'.repeat(50)}x}`],
    ['few alternatives of much text', `${'x'.repeat(400)}{a,b,c,d,e}{a,b,c,d,e}`],
  ])('%s', (_, glob) => {
    expect(validateGlob(glob)).toMatch(/alternatives/);
    expect(globWeight(glob)).toEqual({ text: 0, wild: 0 });
  });

  it('many stars cost the pattern times the name, not more', () => {
    expect(matches([`${'*a'.repeat(400)}b`], 'a'.repeat(4_000))).toBe(false);
    expect(globsOverlap(`${'*a'.repeat(400)}b`, `${'a*'.repeat(400)}c`)).toBe(false);
  });

  it('is compiled once and read the same again', () => {
    for (let round = 0; round < 5_000; round += 1) expect(validateGlob(`src/${String(round)}/**`)).toBeUndefined();
    expect(matches(['src/{a,b}/*.ts'], 'src/b/x.ts')).toBe(true);
    expect(matches(['src/{a,b}/*.ts'], 'src/c/x.ts')).toBe(false);
  });
});
