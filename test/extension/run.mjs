// The in-host suite alone: `node test/extension/run.mjs [newest|minimum] [part of a test's name]`.
import { loadTs } from '../support/loadTs.mjs';

const { runInHost } = await loadTs('test/extension/runInHost.ts');
const [version = 'newest', only] = process.argv.slice(2);
const result = await runInHost({ version, ...(only === undefined ? {} : { only }) });
console.log(`${result.passed} passed, ${result.failed} failed`);
process.exitCode = result.failed === 0 && result.passed > 0 ? 0 : 1;
