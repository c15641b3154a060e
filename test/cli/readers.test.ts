/** Readers that go away before the command is done: a pager that is quit, `head`, a closed terminal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CLI, planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'a.txt': 'a\n' });
});
afterEach(() => repo.cleanup());

/** Reads only the first piece of one stream. Resolves with the exit code and what the other stream said. */
async function quitReading(stream: 'stdout' | 'stderr', args: readonly string[]): Promise<{ readonly code: number | null; readonly other: string }> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: repo.root, env: repo.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let other = '';
  child[stream === 'stdout' ? 'stderr' : 'stdout'].on('data', (piece: Buffer) => (other += piece.toString()));
  child[stream].once('data', () => child[stream].destroy());
  const [code] = await exited;
  return { code, other };
}

/** More than a pipe holds, so that the command is still writing when its reader goes. */
const LONG = 'a line of text\n'.repeat(20_000);

test('a diff of which only the beginning is read ends without a complaint', async () => {
  await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('long', [{ write: { path: 'long/x.txt', text: LONG } }])))]);
  await switchyard(repo, ['approve']);
  await switchyard(repo, ['resume']);
  expect(await quitReading('stdout', ['diff', 'long'])).toEqual({ code: 0, other: '' });
});

test.each(['stdout', 'stderr'] as const)('a run whose %s nobody reads any more goes on to its end', async (stream) => {
  const plan = planOf(...['a', 'b'].map((id) => scriptedTask(id, [{ write: { path: `${id}/x.txt`, text: 'x' } }], id === 'b' ? { dependsOn: ['a'] } : {})));
  const { code, other } = await quitReading(stream, ['run', await planFile(repo, plan), '--yes', '--json']);
  expect(code).toBe(0);
  expect(other).not.toContain('EPIPE');
  const status = await switchyard(repo, ['status', '--json']);
  expect(status.lines[0]).toMatchObject({ phase: 'done', tasks: { a: { state: 'landed' }, b: { state: 'landed' } } });
});
