/** What activation costs, in what can be counted: bytes, files and modules that it reads, synchronous calls, processes. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { activationProbe } from '../support/activation.js';
import { repositoryRoot } from '../support/root.js';

let shipped: string;
beforeAll(async () => {
  shipped = await mkdtemp(join(tmpdir(), 'switchyard-shipped-'));
  await execa(process.execPath, ['esbuild.mjs', '--production', `--out=${shipped}`], { cwd: repositoryRoot });
});
afterAll(() => rm(shipped, { recursive: true, force: true }));

test('activation reads one small file of ours, starts no process and waits for no disk', async () => {
  const program = join(shipped, 'extension.js');
  const { ms, ...seen } = await activationProbe(shipped);
  // How long it takes is the bench's to say; that it was measured is ours.
  expect(ms).toBeGreaterThan(0);
  expect(seen).toEqual({ problems: [], sync: [], processes: [], files: [program] });
  expect((await stat(program)).size).toBeLessThan(200_000);
});
