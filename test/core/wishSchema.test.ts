import { describe, expect, it } from 'vitest';
import { parseWish } from '../../src/core/wishSchema.js';
import type { Wish, WishType } from '../../src/core/wishes.js';

const run = 'r1';
const on = { run, task: 'a' };
const GOOD: Readonly<Record<WishType, readonly Wish[]>> = {
  'approve-plan': [{ type: 'approve-plan', run, revision: 1 }],
  'edit-plan': [
    { type: 'edit-plan', run, revision: 2, edit: { kind: 'remove', task: 'a' } },
    { type: 'edit-plan', run, revision: 2, edit: { kind: 'task', task: 'a' } },
    { type: 'edit-plan', run, revision: 2, edit: { kind: 'task', task: 'a', title: 't', instructions: 'i', tier: 'fast', dependsOn: ['b'], contract: { owns: ['x'], offLimits: [], acceptance: ['y'], gate: ['npm test'] } } },
  ],
  'discard-plan': [{ type: 'discard-plan', run }],
  'ask-changes': [{ type: 'ask-changes', run, text: 'smaller' }],
  approve: [{ type: 'approve', ...on }, { type: 'approve', ...on, feedback: 'f' }],
  retry: [
    { type: 'retry', ...on },
    { type: 'retry', ...on, feedback: 'f', comments: [{ path: 'src/a.ts', line: 3, text: 'why' }] },
  ],
  replan: [
    { type: 'replan', run },
    { type: 'replan', ...on, feedback: 'f' },
  ],
  back: [{ type: 'back', ...on }, { type: 'back', ...on, attempt: 1 }],
  drop: [{ type: 'drop', ...on }, { type: 'drop', ...on, feedback: 'f' }],
  undo: [{ type: 'undo', ...on }],
  'bring-in': [{ type: 'bring-in', run }],
  'land-run': [{ type: 'land-run', run }],
  'resolve-conflict': [{ type: 'resolve-conflict', ...on }],
  'allow-paths': [{ type: 'allow-paths', ...on, paths: ['x'] }],
  leak: [
    { type: 'leak', ...on, choice: 'keep' },
    { type: 'leak', ...on, leak: '2-1', choice: 'undo' },
  ],
  stop: [
    { type: 'stop', run },
    { type: 'stop', ...on },
    { type: 'stop', run, by: 'quit' },
  ],
  pause: [{ type: 'pause', run }],
  'go-on': [{ type: 'go-on', run }],
  'take-over': [{ type: 'take-over', ...on }],
  check: [{ type: 'check', ...on }],
};
const ALL = Object.values(GOOD).flat();
const problem = (input: unknown): string => {
  const parsed = parseWish(input);
  return 'problem' in parsed ? parsed.problem : '';
};

describe('a wish', () => {
  it.each(ALL.map((wish) => [JSON.stringify(wish), wish] as const))('%s', (_text, wish) => expect(parseWish(JSON.parse(JSON.stringify(wish)))).toEqual({ wish }));
});

describe('hostile input is no wish, and says so', () => {
  it.each(ALL.map((wish) => [wish.type, wish] as const))('%s with a key too many, a key too few, or another type', (_type, wish) => {
    expect(problem({ ...wish, extra: 1 })).toMatch(/^not a wish: extra: /);
    for (const key of Object.keys(wish)) {
      const { [key as keyof Wish]: _gone, ...rest } = wish;
      const optional = (wish.type === 'leak' && key === 'leak') || (wish.type === 'back' && key === 'attempt') || (['approve', 'drop'].includes(wish.type) && key === 'feedback') || (wish.type === 'retry' && ['feedback', 'comments'].includes(key)) || (wish.type === 'replan' && ['task', 'feedback'].includes(key)) || (['stop', 'undo'].includes(wish.type) && ['task', 'by'].includes(key));
      expect(problem(rest) === '', key).toBe(optional);
      for (const value of [null, 7, true, [7], { length: 1 }, undefined]) {
        if ((key === 'revision' || key === 'attempt') && value === 7) continue;
        expect(problem({ ...wish, [key]: value }), `${key}: ${JSON.stringify(value)}`).toMatch(/^not a wish: /);
      }
    }
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'approve'],
    ['a number', 1],
    ['a list', []],
    ['an empty object', {}],
    ['an unknown type', { type: 'rm', run }],
    ['a type from the prototype', { type: 'constructor', run }],
    ['a type that is a list of a type', { type: ['pause'], run }],
    ['a run that leads out', { type: 'pause', run: '../r1' }],
    ['a run with more behind it', { type: 'pause', run: 'r1/../../x' }],
    ['a run with a line end', { type: 'pause', run: 'r1\n' }],
    ['a run without end', { type: 'pause', run: `r${'1'.repeat(10)}` }],
    ['a task that leads out', { type: 'drop', run, task: '../a' }],
    ['a task in capitals', { type: 'drop', run, task: 'A' }],
    ['an empty task', { type: 'drop', run, task: '' }],
    ['a task of 41', { type: 'drop', run, task: 'a'.repeat(41) }],
    ['revision 0', { type: 'approve-plan', run, revision: 0 }],
    ['half a revision', { type: 'approve-plan', run, revision: 1.5 }],
    ['no number at all', { type: 'approve-plan', run, revision: NaN }],
    ['a revision as text', { type: 'approve-plan', run, revision: '1' }],
    ['a huge text', { type: 'ask-changes', run, text: 'x'.repeat(100_001) }],
    ['a huge feedback', { type: 'retry', run, task: 'a', feedback: 'x'.repeat(100_001) }],
    ['too many paths', { type: 'allow-paths', run, task: 'a', paths: Array.from({ length: 1_001 }, () => 'x') }],
    ['too many comments', { type: 'retry', run, task: 'a', comments: Array.from({ length: 1_001 }, () => ({ path: 'x', line: 1, text: 'y' })) }],
    ['a comment on line 0', { type: 'retry', run, task: 'a', comments: [{ path: 'x', line: 0, text: 'y' }] }],
    ['a comment with more', { type: 'retry', run, task: 'a', comments: [{ path: 'x', line: 1, text: 'y', z: 1 }] }],
    ['an unknown edit', { type: 'edit-plan', run, revision: 1, edit: { kind: 'add', task: 'a' } }],
    ['an edit with a script', { type: 'edit-plan', run, revision: 1, edit: { kind: 'task', task: 'a', script: [] } }],
    ['an edit with an agent', { type: 'edit-plan', run, revision: 1, edit: { kind: 'task', task: 'a', agent: 'claude' } }],
    ['a removal with a title', { type: 'edit-plan', run, revision: 1, edit: { kind: 'remove', task: 'a', title: 'x' } }],
    ['a contract with more', { type: 'edit-plan', run, revision: 1, edit: { kind: 'task', task: 'a', contract: { owns: [], permissions: 'full' } } }],
    ['an unknown tier', { type: 'edit-plan', run, revision: 1, edit: { kind: 'task', task: 'a', tier: 'huge' } }],
  ])('%s', (_what, input) => expect(problem(input)).toMatch(/^not a wish: ./));

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('the key %s is one too many, and pollutes nothing', (key) => {
    expect(problem(JSON.parse(`{"type":"pause","run":"r1","${key}":{"polluted":1}}`))).toContain(key);
    expect(problem(JSON.parse(`{"type":"edit-plan","run":"r1","revision":1,"edit":{"kind":"remove","task":"a","${key}":{"polluted":1}}}`))).toContain(key);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('what is nested without end is refused without a fall', () => {
    let deep: unknown = 'x';
    for (let at = 0; at < 50_000; at += 1) deep = { edit: deep };
    for (const input of [deep, { type: 'edit-plan', run, revision: 1, edit: deep }, { type: 'retry', run, task: 'a', comments: [deep] }]) {
      expect(problem(input)).toMatch(/^not a wish: /);
      expect(problem(input).length).toBeLessThan(1_000);
    }
  });
});
