/**
 * Planning, with a stand-in for opencode that speaks its stream: answers that no real model gives on demand (nonsense,
 * nothing, a plan that escapes the repository). The real CLIs plan in test/agents.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
let env: Record<string, string>;
beforeEach(async () => {
  repo = await makeRepo({ 'package.json': '{"scripts":{"test":"node --test"}}', 'src/a.js': '' });
  const bin = join(repo.folder, 'bin');
  await mkdir(bin);
  env = { PATH: `${bin}:${repo.env['PATH'] ?? ''}` };
});
afterEach(() => repo.cleanup());

/** Answers the n-th question with the n-th text; the last one repeats. Notes every prompt. */
async function standIn(answers: readonly string[]): Promise<() => Promise<string[]>> {
  await writeFile(join(repo.folder, 'answers.json'), JSON.stringify(answers));
  await writeFile(
    join(repo.folder, 'bin', 'opencode'),
    `#!${process.execPath}
const fs = require('node:fs');
if (process.argv.includes('--version')) { console.log('1.18.33'); process.exit(0); }
const notes = ${JSON.stringify(join(repo.folder, 'prompts.json'))};
const prompts = fs.existsSync(notes) ? JSON.parse(fs.readFileSync(notes, 'utf8')) : [];
const answers = JSON.parse(fs.readFileSync(${JSON.stringify(join(repo.folder, 'answers.json'))}, 'utf8'));
const text = answers[Math.min(prompts.length, answers.length - 1)];
prompts.push(fs.readFileSync(0, 'utf8'));
fs.writeFileSync(notes, JSON.stringify(prompts));
const say = (type, part) => console.log(JSON.stringify({ type, timestamp: 1, sessionID: 'ses_1', part: { sessionID: 'ses_1', ...part } }));
say('step_start', { type: 'step-start' });
if (text !== '') say('text', { type: 'text', text });
say('step_finish', { type: 'step-finish', reason: 'stop', cost: 0, tokens: { total: 30, input: 20, output: 10, reasoning: 0, cache: { read: 0, write: 0 } } });
`,
    { mode: 0o755 },
  );
  return async () => JSON.parse(await readFile(join(repo.folder, 'prompts.json'), 'utf8')) as string[];
}

const out = () => join(repo.folder, 'plan.json');
const plan = (goal = 'Add a feed') => switchyard(repo, ['plan', goal, '--agent', 'opencode', '--out', out(), '--json'], env);
const usable = JSON.stringify({ ...planOf({ ...scriptedTask('db', []), agent: 'opencode' }), goal: 'Add a feed', note: '' });

async function unchanged(): Promise<void> {
  expect(await repo.git('status', '--porcelain')).toBe('');
  expect(await repo.git('branch', '--list')).toBe('* main');
  expect((await repo.git('worktree', 'list')).split('\n')).toHaveLength(1);
}

test.each([
  ['plain', usable],
  ['fenced', `Here it is:\n\n\`\`\`json\n${usable}\n\`\`\`\nGood luck!`],
  ['with words around', `I thought about it. ${usable} That is all.`],
])('an answer in text, %s, becomes a plan', async (_name, text) => {
  const prompts = await standIn([text]);
  const result = await plan();
  expect(result.code).toBe(0);
  const written = JSON.parse(await readFile(out(), 'utf8')) as { goal: string; tasks: { id: string; script?: unknown }[] };
  expect(written.goal).toBe('Add a feed');
  expect(written.tasks.map((task) => task.id)).toEqual(['db']);
  expect(written.tasks[0]?.script).toBeUndefined();
  const [prompt] = await prompts();
  expect(prompt).toContain('> Add a feed');
  expect(prompt).toContain('`npm test`');
  expect(prompt).toContain('src/a.js');
  await unchanged();
});

test('the exact problems go back, and a corrected answer is taken', async () => {
  const escaping = JSON.stringify(planOf(scriptedTask('db', [], { owns: ['../../etc/**'] })));
  const prompts = await standIn([escaping, 'no JSON at all', usable]);
  const result = await plan();
  expect(result.code).toBe(0);
  const asked = await prompts();
  expect(asked).toHaveLength(3);
  expect(asked[1]).toContain('bad-glob');
  expect(asked[1]).toContain('../../etc/**');
  expect(asked[2]).toContain('no JSON at all');
});

describe('after two corrections it gives up, says why and has changed nothing', () => {
  test.each([
    ['nonsense', 'The moon is made of cheese.', /no JSON object/],
    ['nothing', '', /empty/],
    ['a plan that escapes the repository', JSON.stringify(planOf(scriptedTask('db', [], { owns: ['../outside/**'] }))), /\.\./],
    ['a cycle', JSON.stringify(planOf(scriptedTask('a', [], { dependsOn: ['b'] }), scriptedTask('b', [], { dependsOn: ['a'] }))), /wait for each other/],
  ])('%s', async (_name, text, said) => {
    const prompts = await standIn([text]);
    const result = await plan();
    expect(result.code).toBe(3);
    expect(await prompts()).toHaveLength(3);
    expect(result.stderr).toMatch(said);
    expect(result.stderr).toContain('Nothing was changed');
    await unchanged();
  });
});

test('an outline needs no planner, no model and no repository', async () => {
  const file = join(repo.folder, 'board.md');
  await writeFile(file, '# A feed\n\n- [x] types: Types (owns: src/types.ts)\n- [ ] db: Table and repository (owns: src/db/**) (gate: npm test)\n  Use the types.\n- [ ] api: Endpoint (owns: src/api/**) (after: db, types)\n');
  const result = await switchyard({ root: repo.folder, env: repo.env }, ['plan', '--from', file, '--out', out()]);
  expect(result.code).toBe(0);
  expect(JSON.parse(await readFile(out(), 'utf8'))).toMatchObject({
    goal: 'A feed',
    tasks: [
      { id: 'db', title: 'Table and repository', instructions: 'Use the types.', contract: { owns: ['src/db/**'], gate: ['npm test'] } },
      { id: 'api', dependsOn: ['db'] },
    ],
  });
});

test('re-plan replaces only what has neither landed nor started, and is approved like a plan', async () => {
  const recorded = {
    plans: [
      planOf(
        scriptedTask('first', [{ write: { path: 'first/x.txt', text: '1' } }]),
        scriptedTask('second', [{ write: { path: 'second/x.txt', text: '2' } }], { dependsOn: ['first'], gate: ['exit 1'] }),
        scriptedTask('third', [{ write: { path: 'third/x.txt', text: '3' } }], { dependsOn: ['second'] }),
      ),
    ],
    replans: [planOf(scriptedTask('other', [{ write: { path: 'other/x.txt', text: '4' } }], { dependsOn: ['first'] }))],
  };
  await repo.write('.switchyard/scripted-plans.json', JSON.stringify(recorded));
  await repo.write('.switchyard/team.jsonc', '{"version":1,"planner":{"agent":"scripted"},"tiers":{"standard":{"agent":"scripted"}},"limits":{"retries":0}}');
  await repo.commit('A recorded plan');
  expect((await switchyard(repo, ['plan', 'A goal of the tests', '--out', out()])).code).toBe(0);
  const first = await switchyard(repo, ['run', out(), '--yes', '--json']);
  expect(first.summary.tasks).toMatchObject({ first: { state: 'landed' }, second: { state: 'needs-you' }, third: { state: 'waiting', why: { kind: 'blocked' } } });
  expect((await switchyard(repo, ['replan', 'second', '--feedback', 'do it otherwise'])).code).toBe(0);
  const proposed = await switchyard(repo, ['resume', '--json']);
  expect(proposed.code).toBe(3);
  expect(proposed.lines.find((line) => line['type'] === 'plan.proposed')).toMatchObject({ revision: 2, plan: { tasks: [{ id: 'first' }, { id: 'second' }, { id: 'other' }] } });
  await switchyard(repo, ['drop', 'second']);
  const done = await switchyard(repo, ['resume', '--yes', '--json']);
  expect(done.code).toBe(0);
  expect(Object.keys(done.summary.tasks).sort()).toEqual(['first', 'other', 'second']);
  expect(done.summary.tasks).toMatchObject({ first: { state: 'landed', attempts: 1 }, second: { state: 'dropped' }, other: { state: 'landed' } });
});
