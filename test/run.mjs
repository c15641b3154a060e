// `npm test`: every check, in one go, also after one has failed. `node test/run.mjs unit lint` runs only those stages.
// The closing line counts the tests of all suites; a stage that fails without a failed test of its own counts as one.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const reports = join(root, 'test-output', 'reports');
const bin = (path) => join(root, 'node_modules', path);

const FAULTS = ['--config', 'test/faults.config.mjs'];
const E2E = ['--config', 'test/e2e.config.mjs'];

/** In order. `steps` are argument lists for Node; `report` names the file that counts the tests; `again` gives the steps of a second try. */
const stages = [
  { name: 'build', steps: [['esbuild.mjs']], vital: true },
  { name: 'lint', steps: [[bin('eslint/bin/eslint.js'), '.'], [bin('dependency-cruiser/bin/dependency-cruise.mjs'), 'src', 'webview']] },
  { name: 'types', steps: [[bin('typescript/bin/tsc'), '-p', '.']] },
  { name: 'unit', steps: [vitest('unit')], report: 'unit', kind: 'vitest', again: sameFiles('unit') },
  { name: 'faults', steps: [vitest('faults', ...FAULTS)], report: 'faults', kind: 'vitest', again: sameFiles('faults', ...FAULTS) },
  // One window, one story: its tests only make sense together.
  { name: 'host', steps: [host('newest')], report: 'host-newest', kind: 'host', again: () => [host('newest', '--report=host-newest-again')] },
  { name: 'host-minimum', steps: [host('minimum')], report: 'host-minimum', kind: 'host', again: () => [host('minimum', '--report=host-minimum-again')] },
  { name: 'e2e', steps: [vitest('e2e', ...E2E)], report: 'e2e', kind: 'vitest', again: sameFiles('e2e', ...E2E) },
];

/** A stage that has not ended by then hangs. */
const LIMIT_MS = 40 * 60_000;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`There is no stage ${unknown.join(', ')}. Stages: ${stages.map((stage) => stage.name).join(', ')}`);
  process.exit(2);
}

let running;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopGroup(running);
    process.exit(130);
  });
}

await rm(reports, { recursive: true, force: true });
await mkdir(reports, { recursive: true });
const rows = [];
for (const stage of stages) {
  if (asked.length > 0 && !asked.includes(stage.name)) continue;
  rows.push(await runStage(stage));
  if (stage.vital && !rows.at(-1).ok) break;
}

console.log('');
for (const { name, ok, passed, failed, seconds } of rows) {
  const counts = passed + failed > 0 ? `${passed} passed, ${failed} failed` : '';
  console.log(`${ok ? '✓' : '✗'} ${name.padEnd(13)} ${seconds.toFixed(1).padStart(6)} s  ${counts}`);
}
for (const { name, notes } of rows) for (const note of notes) console.log(`  ${name}: ${note}`);
const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exit(rows.every((row) => row.ok) && sum('failed') === 0 ? 0 : 1);

async function runStage(stage) {
  console.log(`\n━━ ${stage.name}`);
  const started = performance.now();
  const first = await attempt(stage, stage.steps, stage.report);
  const { ok, passed, failed, notes } = first.ok || stage.again === undefined ? first : await secondTry(stage, first);
  return { name: stage.name, ok, passed, failed: ok ? 0 : Math.max(failed, 1), notes, seconds: (performance.now() - started) / 1000 };
}

/** Runs the steps and reads their report: how many passed and failed, and of what failed a line each. */
async function attempt(stage, steps, report) {
  let ok = true;
  for (const args of steps) ok = (await run(args)) && ok;
  if (report === undefined) return { ok, passed: 0, failed: 0, files: [], notes: [] };
  const found = await read(stage.kind, report);
  // A suite that passed without a single test proves nothing.
  if (found.passed + found.failed === 0 || found.failed > 0) ok = false;
  return { ok, ...found, notes: found.failures.map((failure) => `FAILED ${failure}`) };
}

/**
 * What failed is run once more, by itself: a machine that was busy with something else for a moment is told from a defect.
 * It is always said, also at the end, with what the first try failed on; what fails twice has failed.
 */
async function secondTry(stage, first) {
  const steps = stage.again(first.files);
  if (steps === undefined) return first;
  const what = first.files.map((file) => file.name.slice(root.length + 1)).join(', ') || 'the suite';
  console.log(`\n━━ ${stage.name}: second try of ${what}`);
  const second = await attempt(stage, steps, `${stage.report}-again`);
  console.log(`${stage.name}: ${second.ok ? 'PASSED ON THE SECOND TRY' : 'FAILED TWICE'}: ${what}`);
  const kept = first.files.length === 0 ? 0 : first.passed - first.files.reduce((sum, file) => sum + file.passed, 0);
  const notes = second.ok ? first.failures.map((failure) => `PASSED ONLY ON THE SECOND TRY ${failure}`) : second.notes;
  return { ok: second.ok, passed: kept + second.passed, failed: second.failed, notes };
}

/** Runs Node with these arguments, its output going straight through; gives whether it ended with 0. */
function run(args) {
  return new Promise((resolve) => {
    // A group of its own, so that everything that it started can be ended with it.
    running = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], detached: process.platform !== 'win32' });
    const late = setTimeout(() => {
      console.error(`Not finished after ${LIMIT_MS / 60_000} minutes; ending it.`);
      stopGroup(running);
    }, LIMIT_MS);
    running.once('error', () => resolve(false));
    running.once('exit', (code) => {
      clearTimeout(late);
      stopGroup(running);
      resolve(code === 0);
    });
  });
}

function stopGroup(child) {
  if (child?.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGTERM');
  } catch {
    // Nothing of it is left.
  }
}

/** What a report says: numbers, the files that did not pass, and a line for each failure. */
async function read(kind, report) {
  const text = await readFile(join(reports, `${report}.json`), 'utf8').catch(() => undefined);
  if (text === undefined) return { passed: 0, failed: 0, files: [], failures: [] };
  const found = JSON.parse(text);
  if (kind === 'host') return { passed: found.passed, failed: found.failed, files: [], failures: found.failures.map(({ name, error }) => `${name}: ${firstLine(error)}`) };
  const files = found.testResults.filter((file) => file.status !== 'passed');
  const failures = files.flatMap((file) => {
    const tests = file.assertionResults.filter((test) => test.status === 'failed');
    const where = file.name.slice(root.length + 1);
    if (tests.length === 0) return [`${where}: ${firstLine(file.message)}`];
    return tests.map((test) => `${where} > ${test.fullName}: ${firstLine(test.failureMessages[0] ?? '')}`);
  });
  return {
    passed: found.numPassedTests,
    failed: Math.max(found.numFailedTests, files.length > 0 ? 1 : 0),
    files: files.map((file) => ({ name: file.name, passed: file.assertionResults.filter((test) => test.status === 'passed').length })),
    failures,
  };
}

function firstLine(text) {
  return text.trim().split('\n')[0].slice(0, 300);
}

/** The files that failed, once more; not when so much failed that it is no matter of a moment. */
function sameFiles(report, ...config) {
  return (files) => (files.length === 0 || files.length > 5 ? undefined : [vitest(`${report}-again`, ...config, ...files.map((file) => file.name))]);
}

function vitest(name, ...more) {
  return [bin('vitest/vitest.mjs'), 'run', ...more, '--reporter=default', '--reporter=json', `--outputFile.json=${join(reports, `${name}.json`)}`];
}

function host(version, ...more) {
  return ['test/extension/run.mjs', version, ...more];
}
