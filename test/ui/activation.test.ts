/** What activation costs, in what can be counted: bytes, files and modules that it reads, synchronous calls, processes. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryRoot } from '../support/root.js';

let shipped: string;
beforeAll(async () => {
  shipped = await mkdtemp(join(tmpdir(), 'switchyard-shipped-'));
  await execa(process.execPath, ['esbuild.mjs', '--production', `--out=${shipped}`], { cwd: repositoryRoot });
});
afterAll(() => rm(shipped, { recursive: true, force: true }));

/** Activates in a process of its own, in a window without a folder, with an editor that answers everything with nothing. */
const PROBE = `
const fs = require('node:fs');
const Module = require('node:module');
const childProcess = require('node:child_process');
const seen = { problems: [], sync: [], processes: [] };
const nothing = () => new Proxy(function () {}, {
  get: (_target, key) => (key === Symbol.toPrimitive ? () => '' : key === Symbol.iterator ? undefined : key === 'then' ? undefined : key === 'workspaceFolders' ? undefined : nothing()),
  apply: () => nothing(),
  construct: () => nothing(),
});
class Plain { static from() { return new Plain(); } event = () => new Plain(); dispose() {} fire() {} }
// As a prototype: the bundle copies the names that a module has of its own.
const vscode = Object.create(new Proxy({ EventEmitter: Plain, TreeItem: Plain, Disposable: Plain, window: new Proxy({ showErrorMessage: (words) => void seen.problems.push(words) }, { get: (target, key) => target[key] ?? nothing() }) }, { get: (target, key) => target[key] ?? nothing() }));
const load = Module._load;
Module._load = function (request, ...rest) { return request === 'vscode' ? vscode : load.call(this, request, ...rest); };
const memento = { get: (_key, standard) => standard, update: () => Promise.resolve() };
const program = process.argv[2];
for (const name of Object.keys(fs).filter((key) => key.endsWith('Sync'))) {
  const real = fs[name];
  fs[name] = (...args) => { if (args[0] !== program) seen.sync.push(name + ' ' + String(args[0])); return real(...args); };
}
for (const name of ['spawn', 'fork', 'execFile', 'exec']) childProcess[name] = (file) => { seen.processes.push(file); throw new Error('no process'); };
const extension = require(program);
extension.activate({ subscriptions: [], extensionPath: require('node:path').join(program, '..', '..'), extensionUri: {}, globalState: memento, workspaceState: memento, extension: nothing() });
process.stdout.write(JSON.stringify({ ...seen, files: Object.keys(require.cache).filter((file) => file !== __filename) }));
process.exit(0);
`;

test('activation reads one small file of ours, starts no process and waits for no disk', async () => {
  const program = join(shipped, 'extension.js');
  const probe = join(shipped, 'probe.cjs');
  await writeFile(probe, PROBE);
  const { stdout } = await execa(process.execPath, [probe, program], { cwd: shipped });
  const seen = JSON.parse(stdout) as { readonly problems: readonly string[]; readonly sync: readonly string[]; readonly processes: readonly string[]; readonly files: readonly string[] };
  expect(seen).toEqual({ problems: [], sync: [], processes: [], files: [program] });
  expect((await stat(program)).size).toBeLessThan(200_000);
});
