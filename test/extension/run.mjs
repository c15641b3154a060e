// The in-host suite alone: `node test/extension/run.mjs [newest|minimum] [part of a test's name] [--report=NAME]`.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTs, root } from '../support/loadTs.mjs';

const { runInHost } = await loadTs('test/extension/runInHost.ts');
const options = process.argv.slice(2);
const [version = 'newest', only] = options.filter((option) => !option.startsWith('--'));
const report = options.find((option) => option.startsWith('--report='))?.slice('--report='.length) ?? `host-${version}`;
const result = await runInHost({ version, ...(only === undefined ? {} : { only }) });
const reports = join(root, 'test-output', 'reports');
await mkdir(reports, { recursive: true });
await writeFile(join(reports, `${report}.json`), JSON.stringify(result));
console.log(`${result.passed} passed, ${result.failed} failed`);
process.exitCode = result.failed === 0 && result.passed > 0 ? 0 : 1;
