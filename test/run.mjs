// `npm test`: every check, in one go, also after one has failed. `node test/run.mjs unit lint` runs only those stages.
// The closing line counts the tests of all suites; a stage that fails without a failed test of its own counts as one.
import { spawn } from 'node:child_process';
import { access, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const reports = join(root, 'test-output', 'reports');
const bin = (path) => join(root, 'node_modules', path);

/** In order. `steps` are argument lists for Node; `report` names the file that counts the tests; `without` is what a stage needs. */
const stages = [
  { name: 'build', steps: [['esbuild.mjs']], vital: true },
  { name: 'lint', steps: [[bin('eslint/bin/eslint.js'), '.'], [bin('dependency-cruiser/bin/dependency-cruise.mjs'), 'src', 'webview']] },
  { name: 'types', steps: [[bin('typescript/bin/tsc'), '-p', '.']] },
  { name: 'unit', steps: [vitest('unit')], report: 'unit', kind: 'vitest' },
  { name: 'faults', steps: [vitest('faults', '--config', 'test/faults.config.mjs')], report: 'faults', kind: 'vitest', config: 'test/faults.config.mjs' },
  { name: 'host', steps: [['test/extension/run.mjs', 'newest']], report: 'host-newest', kind: 'host' },
  { name: 'host-minimum', steps: [['test/extension/run.mjs', 'minimum']], report: 'host-minimum', kind: 'host' },
  { name: 'e2e', steps: [vitest('e2e', '--config', 'test/e2e.config.mjs')], report: 'e2e', kind: 'vitest', config: 'test/e2e.config.mjs', folders: ['test/e2e', 'test/dashboard'] },
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
  if (asked.length > 0 ? !asked.includes(stage.name) : !(await hasFiles(stage.folders))) continue;
  rows.push(await runStage(stage));
  if (stage.vital && !rows.at(-1).ok) break;
}

console.log('');
for (const { name, ok, passed, failed, seconds } of rows) {
  const counts = passed + failed > 0 ? `${passed} passed, ${failed} failed` : '';
  console.log(`${ok ? '✓' : '✗'} ${name.padEnd(13)} ${seconds.toFixed(1).padStart(6)} s  ${counts}`);
}
const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exit(rows.every((row) => row.ok) && sum('failed') === 0 ? 0 : 1);

async function runStage(stage) {
  console.log(`\n━━ ${stage.name}`);
  const started = performance.now();
  let ok = true;
  for (const args of stage.steps) ok = (await run(args)) && ok;
  let { passed, failed } = await count(stage);
  if (!ok && stage.kind === 'vitest') ({ ok, passed, failed } = await secondTry(stage, passed, failed));
  // A suite that passed without a single test proves nothing.
  if (stage.report !== undefined && passed + failed === 0) ok = false;
  if (failed > 0) ok = false;
  return { name: stage.name, ok, passed, failed: ok ? failed : Math.max(failed, 1), seconds: (performance.now() - started) / 1000 };
}

/**
 * Files that failed are run once more, by themselves: a machine that was busy with something else for a moment is told
 * from a defect. It is always said, and what fails twice has failed.
 */
async function secondTry(stage, passed, failed) {
  const text = await readFile(join(reports, `${stage.report}.json`), 'utf8').catch(() => undefined);
  const files = (text === undefined ? [] : JSON.parse(text).testResults).filter((file) => file.status !== 'passed');
  if (files.length === 0 || files.length > 5) return { ok: false, passed, failed };
  const names = files.map((file) => file.name);
  console.log(`\n━━ ${stage.name}: second try of ${names.map((name) => name.slice(root.length + 1)).join(', ')}`);
  const again = `${stage.report}-again`;
  const config = stage.config === undefined ? [] : ['--config', stage.config];
  const ok = await run(vitest(again, ...config, ...names));
  const second = await count({ report: again, kind: 'vitest' });
  const first = files.flatMap((file) => file.assertionResults);
  console.log(`${stage.name}: ${ok ? 'PASSED ON THE SECOND TRY' : 'FAILED TWICE'}: ${names.map((name) => name.slice(root.length + 1)).join(', ')}`);
  return {
    ok,
    passed: passed - first.filter((test) => test.status === 'passed').length + second.passed,
    failed: ok ? 0 : Math.max(second.failed, 1),
  };
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

async function count({ report, kind }) {
  if (report === undefined) return { passed: 0, failed: 0 };
  const text = await readFile(join(reports, `${report}.json`), 'utf8').catch(() => undefined);
  if (text === undefined) return { passed: 0, failed: 0 };
  const found = JSON.parse(text);
  return kind === 'vitest' ? { passed: found.numPassedTests, failed: found.numFailedTests } : { passed: found.passed, failed: found.failed };
}

function vitest(name, ...more) {
  return [bin('vitest/vitest.mjs'), 'run', ...more, '--reporter=default', '--reporter=json', `--outputFile.json=${join(reports, `${name}.json`)}`];
}

/** Whether one of the folders exists and holds something; without folders, yes. */
async function hasFiles(folders) {
  if (folders === undefined) return true;
  for (const folder of folders) {
    if (await access(join(root, folder)).then(() => true, () => false)) {
      if ((await readdir(join(root, folder))).length > 0) return true;
    }
  }
  return false;
}
