import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { constants, getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { letOthersFirst } from '../../src/adapters/politeness.js';

const NICE = constants.priority.PRIORITY_BELOW_NORMAL;

it('lowers an agent among its own processes, and its session among others where the system has that', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  try {
    const { pid } = child;
    if (pid === undefined) throw new Error('it did not start');
    letOthersFirst(pid);
    expect(getPriority(pid)).toBe(NICE);
    const group = (): Promise<string> => readFile(`/proc/${pid}/autogroup`, 'utf8').catch(() => '');
    if ((await group()) !== '') await expect.poll(group, { timeout: 20_000 }).toContain(`nice ${NICE}`);
  } finally {
    child.stdin.end();
    await once(child, 'exit');
  }
});

it('does nothing to a process that is over', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  expect(() => letOthersFirst(child.pid)).not.toThrow();
  expect(() => letOthersFirst(undefined)).not.toThrow();
});
