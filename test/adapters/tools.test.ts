import { chmod, mkdir, mkdtemp, readFile, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTools } from '../../src/adapters/tools.js';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'tools-')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A program that notes each call and prints its version. */
async function program(path: string, print: string): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\necho "$@" >> ${root}/asked\n${print}\n`);
  await chmod(file, 0o755);
  return file;
}
const asked = async (): Promise<number> => (await readFile(join(root, 'asked'), 'utf8').catch(() => '')).split('\n').length - 1;
const tools = (...folders: readonly string[]) => createTools({ environment: { PATH: [...folders.map((folder) => join(root, folder)), '/bin'].join(':') } });
const at = () => ({ cwd: root, passEnv: [] });

test('each program is asked once as long as its file stays the same', async () => {
  const file = await program('bin/go', 'echo "go version go1.22.3 linux/amd64"');
  const probe = tools('bin');
  const first = await probe.versions(['go test ./...'], at());
  expect(first.find((tool) => tool.name === 'go')).toMatchObject({ version: '1.22.3', path: file });
  await probe.versions(['go vet'], at());
  expect(await asked()).toBe(1);
  // Another session that has the answer in a receipt needs not ask either.
  expect((await tools('bin').versions(['go test'], at(), first)).find((tool) => tool.name === 'go')).toEqual(first.find((tool) => tool.name === 'go'));
  expect(await asked()).toBe(1);
  await program('bin/go', 'echo "go version go1.23.0 linux/amd64"');
  await utimes(file, 1_000_000, 1_000_000);
  expect((await probe.versions(['go test'], at(), first)).find((tool) => tool.name === 'go')).toMatchObject({ version: '1.23.0', modified: 1_000_000_000 });
});

test('what fails, hides its version or is not there is unknown, and nothing rejects', async () => {
  await program('bin/npm', 'echo 10.1.0; exit 1');
  const make = await program('bin/make', 'echo no version here');
  const found = await tools('bin').versions(['npm test', 'make', 'bun test'], at());
  expect(found.filter(({ name }) => name !== 'node').map(({ name, version }) => [name, version])).toEqual([['bun', undefined], ['make', undefined], ['npm', undefined]]);
  expect(found.find((tool) => tool.name === 'make')?.path).toBe(make);
  expect(found.find((tool) => tool.name === 'bun')).toEqual({ name: 'bun' });
});

test("a version manager's shim is asked each time: its file says nothing of what it starts", async () => {
  await program('.pyenv/shims/python3', 'cat version');
  await writeFile(join(root, 'version'), 'Python 3.11.7');
  const probe = tools('.pyenv/shims');
  const python = async () => (await probe.versions(['python3 -m pytest'], at())).find((tool) => tool.name === 'python3');
  expect(await python()).toEqual({ name: 'python3', version: '3.11.7' });
  await writeFile(join(root, 'version'), 'Python 3.12.1');
  expect(await python()).toEqual({ name: 'python3', version: '3.12.1' });
});

test('a gate sees the tools by its own PATH: node is the one that it would run', async () => {
  const [node] = await createTools({ environment: { PATH: dirname(process.execPath) } }).versions(['true'], at());
  expect(node).toMatchObject({ name: 'node', version: process.versions.node });
});
