/** Files of an agent that are far too large: a look at them costs the editor's process a few megabytes, and says what it leaves out. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { diffRows } from '../../../webview/task/diffRows.js';
import { scene } from './support.js';

const MB = 1_000_000;

it('the change of one file is read as far as anybody reads it, and says so; a whole patch is whole', async () => {
  const here = await scene();
  await writeFile(join(here.path, 'big.txt'), 'a line of text\n'.repeat(30 * MB / 15));
  await writeFile(join(here.path, 'wide.txt'), `${'x'.repeat(30 * MB)}\n`);
  await here.in('add', '-A');
  await here.in('commit', '-qm', 'Big');
  const head = await here.in('rev-parse', 'HEAD');
  const patch = await here.git.patch(here.base, head, 'big.txt');
  expect(patch.length).toBeLessThan(4.1 * MB);
  const { rows } = diffRows(patch);
  expect(rows.length).toBeGreaterThan(200_000);
  expect(rows[1]).toEqual({ kind: 'insert', text: 'a line of text', new: 1 });
  expect(rows.at(-1)?.text).toContain('Only the first 4.0 MB of this change are shown');
  const wide = await here.git.patch(here.base, head, 'wide.txt');
  expect(wide.length).toBeLessThan(4.1 * MB);
  expect(diffRows(wide).rows.at(-1)?.text).toContain('Only the first');
  expect((await here.git.patch(here.base, head)).length).toBeGreaterThan(60 * MB);
});

it('what is too large to be a text is not read as one', async () => {
  const here = await scene();
  await writeFile(join(here.path, 'package.json'), `{"name":"${'x'.repeat(25 * MB)}"}`);
  await writeFile(join(here.path, 'new\nline'), 'x'.repeat(25 * MB));
  await here.in('add', '-A');
  await here.in('commit', '-qm', 'Big');
  const head = await here.in('rev-parse', 'HEAD');
  for (const path of ['package.json', 'new\nline']) {
    expect(await here.git.readFile(head, path)).toBeUndefined();
    expect(await here.git.readFile(head, path, (bytes) => String(bytes >= 20 * MB))).toBe('true');
  }
  expect(await here.git.readFile(head, 'not-there', () => 'large')).toBeUndefined();
  expect(await here.git.readFile(head, 'a.txt', () => 'large')).toBe('a\n');
  expect(await here.git.readBlob(await here.in('rev-parse', 'HEAD:package.json'))).toBeUndefined();
});

it('markers in a file that is too large to read land as little as others', async () => {
  const here = await scene();
  await writeFile(join(here.path, 'big.txt'), `${'a line of text\n'.repeat(52 * MB / 15)}<<<<<<< ours\n`);
  await here.in('add', '-A');
  await here.in('commit', '-qm', 'Big');
  expect(await here.git.newMarkers(here.base, await here.in('rev-parse', 'HEAD'))).toEqual(['big.txt']);
});
