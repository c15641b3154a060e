/** What activation does and costs, seen from a process of its own with an editor that answers everything with nothing. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

export interface Activation {
  readonly problems: readonly string[];
  /** Synchronous calls of the file system, and processes. */
  readonly sync: readonly string[];
  readonly processes: readonly string[];
  /** Modules that were loaded. */
  readonly files: readonly string[];
  /** Milliseconds for loading and activating. */
  readonly ms: number;
}

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
const began = performance.now();
const extension = require(program);
extension.activate({ subscriptions: [], extensionPath: require('node:path').join(program, '..', '..'), extensionUri: {}, globalState: memento, workspaceState: memento, extension: nothing() });
const ms = performance.now() - began;
process.stdout.write(JSON.stringify({ ...seen, ms, files: Object.keys(require.cache).filter((file) => file !== __filename) }));
process.exit(0);
`;

/** `shipped`: a folder with the production bundles. */
export async function activationProbe(shipped: string): Promise<Activation> {
  const probe = join(shipped, 'probe.cjs');
  await writeFile(probe, PROBE);
  const { stdout } = await execa(process.execPath, [probe, join(shipped, 'extension.js')], { cwd: shipped });
  return JSON.parse(stdout) as Activation;
}
