// Builds everything that ships: the extension, the headless command, the runner, the scripted agent and the dashboard.
import { build, context } from 'esbuild';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
/** `--out=FOLDER` builds elsewhere, for who measures what ships. */
const out = process.argv.find((word) => word.startsWith('--out='))?.slice('--out='.length) ?? 'dist';

/** Rarely needed parts are bundles of their own, loaded on first use: `import('…/priceTable.js')` stays an import. */
const lazy = {
  name: 'lazy',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /\/(priceTable|simpleGit|execa|container|compose)\.js$/ }, (args) =>
      args.kind === 'dynamic-import' ? { path: `./${args.path.split('/').at(-1)}`, external: true } : undefined,
    );
  },
};

/** Changes with the code that folds: what another program has kept beside a log is not believed. */
async function foldName() {
  const hash = createHash('sha1');
  const names = (await readdir('src/core', { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
  for (const name of names) hash.update(await readFile(join('src/core', name)));
  return hash.digest('hex');
}

const node = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outdir: out,
  minify: production,
  sourcemap: !production,
  logLevel: 'warning',
  // jsonc-parser's `main` is UMD with requires that no bundler can follow.
  mainFields: ['module', 'main'],
  external: ['vscode'],
  // Bundles that load late are loaded by require: import() of CommonJS reads a file twice, which costs 70 ms of processor time.
  supported: { 'dynamic-import': false },
  plugins: [lazy],
  // Some libraries look for their own location; in a CommonJS bundle `import.meta.url` must be made.
  define: { 'import.meta.url': 'importMetaUrl', 'process.env.SWITCHYARD_FOLD': JSON.stringify(await foldName()) },
  banner: { js: "const importMetaUrl=require('node:url').pathToFileURL(__filename).href;" },
};

const jobs = [
  {
    ...node,
    entryPoints: {
      extension: 'src/extension.ts',
      compose: 'src/compose.ts',
      cli: 'src/cli.ts',
      stayBehind: 'src/stayBehind.ts',
      runner: 'src/adapters/runner/main.ts',
      scripted: 'src/adapters/agents/scripted/main.ts',
      priceTable: 'src/adapters/priceTable.ts',
      simpleGit: 'src/adapters/git/simpleGit.ts',
      execa: 'src/adapters/execa.ts',
      container: 'src/adapters/isolation/container.ts',
    },
  },
  {
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    outdir: `${out}/webview`,
    entryPoints: { main: 'webview/main.tsx' },
    minify: production,
    sourcemap: !production,
    logLevel: 'warning',
    jsx: 'automatic',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    define: { 'process.env.NODE_ENV': production ? '"production"' : '"development"' },
  },
];

await mkdir(`${out}/webview`, { recursive: true });
if (watch) {
  await Promise.all(jobs.map(async (job) => (await context(job)).watch()));
} else {
  await Promise.all(jobs.map((job) => build(job)));
}
await cp('media/team.schema.json', `${out}/team.schema.json`).catch(() => undefined);
