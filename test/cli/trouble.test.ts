/** Agents in trouble, from end to end: the scripted agent fails as real CLIs do; the run waits, moves, hands off or asks. */
import { readFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Plan } from '../../src/core/plan.js';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo, type TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'hello\n' });
});
afterEach(() => repo.cleanup());

const write = (path: string, text = `${path}\n`) => ({ write: { path, text } });
const run = async (plan: Plan, ...more: string[]) => switchyard(repo, ['run', await planFile(repo, plan), '--yes', '--json', ...more]);
const attemptFolder = (task: string, attempt: number) => join(repo.root, '.git/switchyard/runs/r1/attempts', task, String(attempt));

test('a rate limit is waited out in the same session; the others of the agent wait with it', async () => {
  const limited = { attempts: [[{ fail: { reason: 'rate-limit' as const, message: 'Too many requests', retryAfterMs: 1_500 } }], [write('a/x.txt')]] };
  const result = await run(planOf(scriptedTask('a', limited), scriptedTask('b', [write('b/x.txt')], { dependsOn: ['a'] })));
  expect(result.code).toBe(0);
  expect(result.summary.tasks).toMatchObject({ a: { state: 'landed', attempts: 2 }, b: { state: 'landed' } });
  const waits = result.lines.find((line) => line['type'] === 'agent.waits');
  expect(waits).toMatchObject({ agent: 'scripted', kind: 'rate-limit', told: true, by: 'a' });
  const [first, second] = result.lines.filter((line) => line['type'] === 'attempt.starting' && line['task'] === 'a');
  const goesOn = result.lines.find((line) => line['type'] === 'agent.goes-on');
  expect(Date.parse(String(goesOn?.['at']))).toBeGreaterThanOrEqual(Number(waits?.['until']));
  expect(first?.['resume']).toBeUndefined();
  expect(second?.['resume']).toBeTruthy();
  expect(result.stderr).toMatch(/a: waiting \(scripted is rate limited until \d\d:\d\d\)/);
});

test('the time of a wait is in the log: another process goes on with it, and not before', async () => {
  const limited = { attempts: [[{ fail: { reason: 'rate-limit' as const, retryAfterMs: 4_000 } }], [write('a/x.txt')]] };
  const plan = await planFile(repo, planOf(scriptedTask('a', limited)));
  const { execa } = await import('execa');
  const { CLI } = await import('../support/switchyard.js');
  const first = execa(process.execPath, [CLI, 'run', plan, '--yes', '--json'], { cwd: repo.root, env: repo.env, extendEnv: false, reject: false, stdin: 'ignore' });
  // Killed as soon as it waits: nothing can be written any more.
  first.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('"agent.waits"') && first.kill('SIGKILL'));
  await first;
  const result = await switchyard(repo, ['resume', '--yes', '--json']);
  expect(result.code).toBe(0);
  expect(result.summary.tasks['a']).toMatchObject({ state: 'landed', attempts: 2 });
  const log = (await readFile(join(repo.root, '.git/switchyard/runs/r1/events.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  const waits = log.filter((event) => event['type'] === 'agent.waits');
  expect(waits).toHaveLength(1);
  expect(Date.parse(String(log.find((event) => event['type'] === 'agent.goes-on')?.['at']))).toBeGreaterThanOrEqual(Number(waits[0]?.['until']));
});

test('no quota and no fallback: needs you, the rest waits; retry goes on', async () => {
  const broke = { attempts: [[write('a/half.txt'), { fail: { reason: 'quota' as const, message: 'Credit balance is too low' } }], [write('a/x.txt')]] };
  const result = await run(planOf(scriptedTask('a', broke), scriptedTask('b', [write('b/x.txt')])), '--max-parallel', '1');
  expect(result.code).toBe(3);
  expect(result.summary.tasks).toMatchObject({ a: { state: 'needs-you', why: { kind: 'quota' } }, b: { state: 'waiting', attempts: 0, why: { kind: 'quota' } } });
  expect(result.summary.tasks['a']?.why?.text).toMatch(/has no quota or credit left: Credit balance is too low\. .* Top it up/);
  await switchyard(repo, ['retry', 'a']);
  const more = await switchyard(repo, ['resume', '--yes', '--json']);
  expect(more.code).toBe(0);
  expect(more.summary.tasks).toMatchObject({ a: { state: 'landed' }, b: { state: 'landed' } });
});

test('a quota moves the task to the fallback agent: a fresh session in the same worktree, told what was done', async () => {
  // The first agent is a program that fails as Claude Code does without credit; the fallback plays the task's script.
  const bin = join(repo.folder, 'bin');
  await mkdir(bin);
  const broke = `#!${process.execPath}
if (process.argv.includes('--version')) { console.log('2.1.329 (Claude Code)'); process.exit(0); }
require('node:fs').mkdirSync('a', { recursive: true });
require('node:fs').writeFileSync('a/half.txt', 'half');
const say = (line) => console.log(JSON.stringify(line));
say({ type: 'system', subtype: 'init', session_id: 'claude-1', model: 'm', cwd: process.cwd() });
say({ type: 'assistant', session_id: 'claude-1', message: { id: 'm1', content: [{ type: 'text', text: 'I have made half of it.' }] } });
say({ type: 'assistant', session_id: 'claude-1', error: 'billing_error', is_api_error_message: true });
say({ type: 'result', session_id: 'claude-1', is_error: true, subtype: 'success', terminal_reason: 'api_error', api_error_status: 400, result: 'Credit balance is too low' });
process.exitCode = 1;
`;
  await writeFile(join(bin, 'claude'), broke, { mode: 0o755 });
  await mkdir(join(repo.root, '.switchyard'));
  await writeFile(join(repo.root, '.switchyard/team.jsonc'), JSON.stringify({ version: 1, tiers: { standard: { agent: 'claude', fallback: { agent: 'scripted' } } } }));
  const { agent: _, ...task } = scriptedTask('a', [write('a/x.txt')]);
  const plan = await planFile(repo, planOf(task));
  const result = await switchyard(repo, ['run', plan, '--yes', '--json'], { PATH: `${bin}:${repo.env['PATH'] ?? ''}`, ANTHROPIC_API_KEY: 'dummy' });
  expect(result.code).toBe(0);
  const starts = result.lines.filter((line) => line['type'] === 'attempt.starting');
  expect(starts).toMatchObject([{ agent: 'claude' }, { agent: 'scripted', insteadOf: { agent: 'claude', why: 'claude has no quota or credit left' } }]);
  expect(starts[1]?.['resume']).toBeUndefined();
  const told = await readFile(join(attemptFolder('a', 2), 'prompt.txt'), 'utf8');
  expect(told).toContain('Another agent worked there and has no quota left.');
  expect(told).toContain('- a/half.txt (added)');
  expect(told).toContain('> I have made half of it.');
  expect(told).toContain('You may change only: a/**');
  expect(await repo.git('show', 'main:a/half.txt')).toBe('half');
});

test('a full context is handed off once: a fresh session with a checkpoint; then needs you', async () => {
  const full = { fail: { reason: 'context-full' as const, message: 'Prompt is too long' } };
  const script = { attempts: [[write('a/one.txt'), { say: 'One is done, two is missing.' }, full], [write('a/two.txt'), full], [write('a/three.txt')]] };
  const result = await run(planOf(scriptedTask('a', script)));
  expect(result.code).toBe(3);
  expect(result.summary.tasks['a']).toMatchObject({ state: 'needs-you', attempts: 2, why: { kind: 'agent-failed', failure: 'context-full' } });
  expect(result.lines.filter((line) => line['type'] === 'task.handed-off')).toHaveLength(1);
  const told = await readFile(join(attemptFolder('a', 2), 'prompt.txt'), 'utf8');
  expect(told).toContain('Its context was full.');
  expect(told).toContain('- a/one.txt (added)');
  expect(told).toContain('> One is done, two is missing.');
  expect(result.lines.filter((line) => line['type'] === 'attempt.starting')[1]?.['resume']).toBeUndefined();
  await switchyard(repo, ['retry', 'a', '--feedback', 'Now three.']);
  expect((await switchyard(repo, ['resume', '--yes', '--json'])).code).toBe(0);
});

test('every live agent and gate has its own slot number, the agent from its first to its last moment', async () => {
  const noting = (id: string) => [{ run: ['sh', '-c', `mkdir -p ${id}; echo $SWITCHYARD_SLOT > ${id}/slot; test -n "$SWITCHYARD_SLOT"`] }, { sleepMs: 400 }, { run: ['sh', '-c', `test "$(cat ${id}/slot)" = "$SWITCHYARD_SLOT"`] }];
  const result = await run(planOf(...['a', 'b', 'c'].map((id) => scriptedTask(id, noting(id), { gate: ['echo "gate slot $SWITCHYARD_SLOT"; test "$SWITCHYARD_SLOT" = 0'] }))));
  expect(result.code).toBe(0);
  const starts = result.lines.filter((line) => line['type'] === 'attempt.starting');
  const slots = await Promise.all(['a', 'b', 'c'].map((id) => repo.git('show', `main:${id}/slot`)));
  expect([...slots].sort()).toEqual(['1', '2', '3']);
  for (const [at, id] of ['a', 'b', 'c'].entries()) expect(starts.find((line) => line['task'] === id)?.['slot']).toBe(Number(slots[at]));
});

test('what was denied everything it wanted says so', async () => {
  const result = await run(planOf(scriptedTask('a', [{ fail: { reason: 'permission', message: 'Allow command? [y/N]' } }]), scriptedTask('b', [{ fail: { reason: 'refused', message: 'I cannot do that' } }])));
  expect(result.summary.tasks).toMatchObject({ a: { state: 'needs-you', why: { kind: 'permission' } }, b: { state: 'needs-you', why: { kind: 'agent-failed', failure: 'refused' } } });
});
