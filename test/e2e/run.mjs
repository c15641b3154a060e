// The browser tests alone: `node test/e2e/run.mjs` for all of them, `node test/e2e/run.mjs mouse trust` for some.
// A line per check; the counts are in test-output/reports/e2e.json, as for `npm test`.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const suites = process.argv.slice(2).map((name) => `test/e2e/${name}.test.ts`);
const args = [
  join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'test/e2e.config.mjs', ...suites,
  '--reporter=verbose', '--reporter=json', `--outputFile.json=${join(root, 'test-output/reports/e2e.json')}`,
];
const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
child.once('exit', (code) => process.exit(code ?? 1));
