import { describe, expect, it } from 'vitest';
import { changesPrompt, correctionPrompt, personFeedback, planPrompt, replanPrompt, retryPrompt, taskPrompt } from '../../src/core/prompts.js';
import { dag, plan, Run, task } from './build.js';

const facts = { goal: 'Line one\nLine two', branch: 'main', files: ['a.ts', 'b.ts'], filesCut: false, checks: ['npm test'], team: 'The team: x.' };

describe('planners', () => {
  it('are told the rules, the repository, the goal as quoted material and the shape', () => {
    const text = planPrompt(facts);
    for (const part of ['Shared foundation first', 'own disjoint files', '> Line one\n> Line two', 'a.ts\nb.ts', '`npm test`', 'The team: x.', '"tasks":[', 'no team', 'Do not change any file']) expect(text).toContain(part);
    expect(text).not.toContain('script');
  });
  it('are told what is not known', () => {
    const text = planPrompt({ ...facts, checks: [], filesCut: true });
    expect(text).toContain('No check of its own was recognised');
    expect(text).toContain('Its files (the first ones):');
  });
  it('get the exact problems back', () => {
    const text = correctionPrompt([{ code: 'cycle', tasks: ['a', 'b'], message: 'a, b wait for each other' }, { code: 'bad-glob', tasks: ['a'], message: 'a: owns "/x"' }]);
    expect(text).toContain('- cycle: a, b wait for each other\n- bad-glob: a: owns "/x"');
    expect(correctionPrompt('no JSON')).toContain('no JSON');
  });
  it('get their plan and the wish for changes', () => {
    const text = changesPrompt(facts, '{"plan":1}', 'Smaller\nplease');
    expect(text).toContain('{"plan":1}');
    expect(text).toContain('> Smaller\n> please');
  });
  it('a re-plan says what stays and what is replaced, and shows the evidence', () => {
    const run = new Run().approve(dag({ done: '', bad: '', again: '', old: '' })).land('done');
    run.move('bad', 'setting-up', 'working').attempt('bad', []).add({ type: 'task.state', task: 'bad', from: 'working', to: 'needs-you', reason: { kind: 'gate-failed', text: 'Gate red' } });
    run.move('again', 'setting-up', 'working').attempt('again', []).move('again', 'needs-you', 'waiting');
    const text = replanPrompt(facts, run.state, run.task('bad'), 'it broke\nbadly', 'Try another way');
    const states = [...text.matchAll(/"id": "(.+?)",[^]*?"state": "(.+?)"/g)].map((match) => [match[1], match[2]]);
    expect(states).toEqual([['done', 'Landed'], ['bad', 'Needs you'], ['again', 'Started'], ['old', 'Waiting']]);
    for (const part of ['"why": "Gate red"', 'The task that fails is "bad"', '> it broke\n> badly', '> Try another way']) expect(text).toContain(part);
    expect(replanPrompt(facts, run.state, undefined, '', '')).not.toContain('The person says');
  });
});

describe('executors', () => {
  const run = new Run().approve(plan(task('db'), task('api', { dependsOn: ['db'], instructions: 'Build it.', contract: { owns: ['src/api/**'], offLimits: ['src/api/old/**'], acceptance: ['It answers'], gate: ['npm test', 'npm run lint'] } }))).land('db');
  const text = taskPrompt(run.state, run.task('api'));
  it('are told the task, the contract and what came before', () => {
    for (const part of ['Title of api', 'Build it.', 'change only: src/api/**', 'must not touch: src/api/old/**', 'It must hold: It answers', '`npm test`, `npm run lint`, on your work merged with main', 'Already done before you: Title of db.', '> A goal']) expect(text).toContain(part);
  });
  it('are not told what is not there', () => {
    const bare = new Run().approve(plan(task('a', { gate: [] })));
    const words = taskPrompt(bare.state, bare.task('a'));
    for (const part of ['must not touch', 'It must hold', 'It is checked by', 'Already done']) expect(words).not.toContain(part);
  });
  it('a retry in the same session is the feedback alone, in a fresh one the task again', () => {
    expect(retryPrompt(run.state, run.task('api'), 'fix x', true)).toBe('fix x');
    const fresh = retryPrompt(run.state, run.task('api'), 'fix x', false);
    expect(fresh.startsWith(text)).toBe(true);
    expect(fresh.endsWith('fix x')).toBe(true);
  });
});

describe("a person's words", () => {
  it.each<[string | undefined, Parameters<typeof personFeedback>[1], string]>([
    [undefined, [], 'Please try again.'],
    ['  ', [], 'Please try again.'],
    [' Fix it ', [], 'Fix it'],
    [undefined, [{ path: 'a.ts', line: 3, text: 'why' }], 'Review comments on your changes:\n- a.ts:3: why'],
    ['Fix it', [{ path: 'a.ts', line: 3, text: 'why' }, { path: 'b.ts', line: 1, text: 'no' }], 'Fix it\nReview comments on your changes:\n- a.ts:3: why\n- b.ts:1: no'],
  ])('%j with %j', (text, comments, expected) => expect(personFeedback(text, comments)).toBe(expected));
});
