/** Runs the in-host suite through `@vscode/test-electron`: bundles it, opens a demo repository, and believes only the result file. */
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { makeDemo } from '../demo/makeDemo.js';
import { editorExecutable } from '../support/editor/executable.js';
import { editorEnvironment } from '../support/editor/start.js';
import type { EditorVersion } from '../support/editor/releases.js';
import { repositoryRoot } from '../support/root.js';
import type { SuiteResult } from './registry.js';

export interface InHostOptions {
  readonly version?: EditorVersion;
  /** The extension's folder; default is this repository. */
  readonly extension?: string;
  /** Only tests whose name contains it. */
  readonly only?: string;
}

/** Rejects when the suite did not come to its end; a suite that ended with failures resolves and says so. */
export async function runInHost(options: InHostOptions = {}): Promise<SuiteResult> {
  const version = options.version ?? 'newest';
  const extension = options.extension ?? repositoryRoot;
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'switchyard-host-')));
  // Inside the repository, where test helpers look for it.
  const suiteFolder = join(repositoryRoot, 'node_modules', '.cache', 'switchyard', `suite-${process.pid}`);
  try {
    const result = join(folder, 'result.json');
    const home = join(folder, 'home');
    await mkdir(home);
    await makeDemo(join(folder, 'notes'));
    const suite = await bundleSuite(join(suiteFolder, 'index.js'));
    const executable = await editorExecutable(version, suiteFolder);
    console.log(`In-host suite in ${executable.kind === 'desktop' ? 'desktop VS Code' : 'the npm-shipped VS Code'} (${version}) …`);
    const code = await runTests({
      vscodeExecutablePath: executable.path,
      extensionDevelopmentPath: extension,
      extensionTestsPath: suite,
      launchArgs: [join(folder, 'notes'), `--user-data-dir=${join(folder, 'user')}`, `--extensions-dir=${join(folder, 'extensions')}`],
      extensionTestsEnv: {
        ...(executable.kind === 'desktop' ? onlyThese(editorEnvironment(home)) : {}),
        SWITCHYARD_TEST_RESULT: result,
        SWITCHYARD_TEST_EDITOR: version,
        ...(options.only === undefined ? {} : { SWITCHYARD_TEST_ONLY: options.only }),
      },
    }).catch((error: unknown) => String(error));
    if ((await stat(result).catch(() => undefined)) === undefined) {
      throw new Error(`The in-host suite did not come to its end (the editor ended with ${code}).`);
    }
    return JSON.parse(await readFile(result, 'utf8')) as SuiteResult;
  } finally {
    await rm(suiteFolder, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** `runTests` adds to this process's environment; what is not on the list is taken out again. */
function onlyThese(env: Record<string, string>): Record<string, string | undefined> {
  const keep = new Set([...Object.keys(env), 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS', 'SystemRoot', 'APPDATA', 'LOCALAPPDATA', 'TEMP', 'TMP']);
  const cleared = Object.keys(process.env).filter((name) => !keep.has(name)).map((name) => [name, undefined]);
  return { ...(Object.fromEntries(cleared) as Record<string, undefined>), ...env };
}

/** Every `*.test.ts` of this folder and the registry's `run`, in one CommonJS file that an extension host can load. */
async function bundleSuite(outfile: string): Promise<string> {
  const folder = join(repositoryRoot, 'test', 'extension');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.test.ts')).sort();
  // Loaded one by one inside `run`, so that a file that cannot be loaded fails by its name and the others still run.
  const loads = files.map((name) => `  await load('${name}', () => import('./${name}'));`);
  await build({
    stdin: {
      contents: ["import { load, runRegistered } from './registry.ts';", 'export async function run() {', ...loads, '  await runRegistered();', '}'].join('\n'),
      resolveDir: folder,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl=require('node:url').pathToFileURL(__filename).href;" },
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}
