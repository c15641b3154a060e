/** The layer rule is a lint error: a planted violation of each rule must fail it, and the tree as it is must pass. */
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryRoot } from '../support/root.js';

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'switchyard-layers-'));
  for (const name of ['src', 'webview', 'tsconfig.json', '.dependency-cruiser.cjs', 'package.json']) await cp(join(repositoryRoot, name), join(copy, name), { recursive: true });
  await symlink(join(repositoryRoot, 'node_modules'), join(copy, 'node_modules'), 'junction');
});
afterAll(() => rm(copy, { recursive: true, force: true }));

const cruise = (...paths: string[]) =>
  execa(process.execPath, [join(repositoryRoot, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs'), ...paths], { cwd: copy, reject: false });

test('the tree has no violation', async () => {
  const result = await cruise('src', 'webview');
  expect(result.stdout).toContain('no dependency violations found');
  expect(result.exitCode).toBe(0);
});

const PLANTED: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['core-is-alone', 'src/core/planted-alone.ts', "import '../engine/store.js';"],
  ['core-is-pure', 'src/core/planted-pure.ts', "import 'node:fs';"],
  ['engine-knows-core', 'src/engine/planted-adapter.ts', "import '../adapters/clock.js';"],
  ['engine-is-without-node', 'src/engine/planted-node.ts', "import 'node:path';"],
  ['adapters-know-core', 'src/adapters/planted.ts', "import '../engine/store.js';"],
  ['shared-knows-core', 'src/shared/planted.ts', "import '../engine/store.js';"],
  ['shared-knows-types', 'src/shared/planted-value.ts', "import { TIERS } from '../core/plan.js';\nexport const planted = TIERS;"],
  ['large-packages-load-late', 'src/engine/planted-large.ts', "import { execa } from 'execa';\nexport const planted = execa;"],
  ['ui-layer', 'src/ui/planted.ts', "import '../adapters/clock.js';"],
  ['webview-layer', 'webview/planted.ts', "import '../src/engine/store.js';"],
  ['vscode-only-in-ui', 'src/engine/planted-vscode.ts', "import type { Uri } from 'vscode';\nexport type Planted = Uri;"],
  ['activation-is-light', 'src/ui/planted-heavy.ts', "import { openSession } from '../compose.js';\nexport const planted = openSession;"],
  ['no-cycles', 'src/core/planted-a.ts', "import { b } from './planted-b.js';\nexport const a = () => b;"],
  ['no-cycles', 'src/core/planted-b.ts', "import { a } from './planted-a.js';\nexport const b = () => a;"],
];

test('every planted violation fails, by the name of its rule', async () => {
  for (const [, file, text] of PLANTED) await writeFile(join(copy, file), `${text}\n`);
  const result = await cruise('src', 'webview');
  expect(result.exitCode).not.toBe(0);
  // A cycle is reported once, from either of its ends.
  expect(result.stdout).toMatch(/error no-cycles: .*src\/core\/planted-/);
  for (const [rule, file] of PLANTED.filter(([name]) => name !== 'no-cycles')) expect(result.stdout).toMatch(new RegExp(`error ${rule}: .*${file.replaceAll('.', '\\.')}`));
});
