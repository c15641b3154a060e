// `npm run bench`: the numbers we hold ourselves to, as ratios measured in one run, medians of several rounds.
// Ours is the headless command on a real repository with scripted agents; theirs is a plain serial git script that does
// the same (worktree add, write, commit, merge, worktree remove). Exits 1 when a limit is missed.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundleTs, loadTs } from '../support/loadTs.mjs';
import { reopened } from './reopen.mjs';
import { stepsOf, stepsReport } from './steps.mjs';

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const cli = join(root, 'dist', 'cli.js');
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const only = process.argv.slice(2);

const folder = await mkdtemp(join(tmpdir(), 'switchyard-bench-'));
const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'), LC_ALL: 'C' };
await writeFile(env.GIT_CONFIG_GLOBAL, '[user]\n\tname = Bench\n\temail = bench@example.test\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n');
const git = (cwd, ...args) => run('git', args, { cwd, env, maxBuffer: 1e8 });

async function repository(files) {
  const at = await mkdtemp(join(folder, 'repo-'));
  await git(at, 'init', '-q');
  for (let d = 0; d < files / 20; d += 1) {
    await mkdir(join(at, `src/m${d}`), { recursive: true });
    for (let f = 0; f < 20; f += 1) await writeFile(join(at, `src/m${d}/f${f}.txt`), `module ${d} file ${f}\n`.repeat(20));
  }
  await git(at, 'add', '-A');
  await git(at, 'commit', '-qm', 'start');
  return at;
}

const task = (id, more = {}) => ({
  id,
  title: id,
  instructions: '',
  dependsOn: [],
  agent: 'scripted',
  tier: 'fast',
  contract: { owns: [`out/${id}.txt`], gate: ['true'] },
  script: [{ write: { path: `out/${id}.txt`, text: `${id}\n` } }],
  ...more,
});

const ids = Array.from({ length: 8 }, (_, n) => `t${n}`);
const slow = (id) => task(id, { script: [{ sleepMs: 2000 }, { write: { path: `out/${id}.txt`, text: `${id}\n` } }] });
const chain = (id, n) => task(id, { dependsOn: n === 0 ? [] : [ids[n - 1]] });

async function ours(plan) {
  const at = await repository(1000);
  const file = join(folder, 'plan.json');
  await writeFile(file, JSON.stringify({ version: 1, goal: 'bench', tasks: plan }));
  const started = performance.now();
  const { stdout } = await run(process.execPath, [cli, 'run', file, '--yes', '--json'], { cwd: at, env, maxBuffer: 1e8 });
  const ms = performance.now() - started;
  const summary = JSON.parse(stdout.trim().split('\n').at(-1));
  if (summary.state !== 'done') throw new Error(`the run ended ${summary.state}`);
  await rm(at, { recursive: true, force: true });
  return { ms };
}

async function serial(sleepMs) {
  const at = await repository(1000);
  const started = performance.now();
  for (const id of ids) {
    const tree = `${at}.wt-${id}`;
    await git(at, 'worktree', 'add', '-q', '-b', `b/${id}`, tree);
    if (sleepMs > 0) await new Promise((resolve) => setTimeout(resolve, sleepMs));
    await mkdir(join(tree, 'out'), { recursive: true });
    await writeFile(join(tree, `out/${id}.txt`), `${id}\n`);
    await git(tree, 'add', '-A');
    await git(tree, 'commit', '-qm', id);
    await run('/bin/sh', ['-c', 'true'], { cwd: tree, env });
    await git(at, 'merge', '-q', '--no-ff', '-m', `merge ${id}`, `b/${id}`);
    await git(at, 'worktree', 'remove', tree);
    await git(at, 'branch', '-q', '-d', `b/${id}`);
  }
  const ms = performance.now() - started;
  await rm(at, { recursive: true, force: true });
  return { ms };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
let missed = 0;
function report(name, value, limit, unit) {
  const ok = value <= limit;
  if (!ok) missed += 1;
  console.log(`${ok ? 'ok  ' : 'MISS'} ${name}: ${unit === 'x' ? `${value.toFixed(2)}x` : `${Math.round(value)} ${unit}`} (limit ${limit}${unit === 'x' ? 'x' : ` ${unit}`})`);
}

async function compare(name, limit, plan, sleepMs, rounds = ROUNDS) {
  const ratios = [];
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const theirs = await serial(sleepMs);
    const { ms } = await ours(plan);
    ratios.push(ms / theirs.ms);
    times.push([ms, theirs.ms]);
  }
  report(name, median(ratios), limit, 'x');
  console.log(`     ours/serial in ms: ${times.map(([a, b]) => `${Math.round(a)}/${Math.round(b)}`).join('  ')}`);
}

/** What a task costs beyond its agent and gate. The processes are counted, so that they can have a limit on a busy machine too. */
async function stepsBench() {
  const rounds = [];
  const spawned = join(folder, 'spawned.json');
  for (let round = 0; round < ROUNDS; round += 1) {
    const at = await repository(1000);
    const file = join(folder, 'plan.json');
    await writeFile(file, JSON.stringify({ version: 1, goal: 'bench', tasks: ids.slice(0, 3).map((id, n) => chain(id, n)) }));
    const { stdout } = await run(process.execPath, ['-r', join(root, 'test', 'bench', 'spawned.cjs'), cli, 'run', file, '--yes', '--json'], { cwd: at, env: { ...env, SPAWNED: spawned }, maxBuffer: 1e8 });
    const events = stdout.trim().split('\n').map((line) => JSON.parse(line));
    const begun = events.findLast((event) => event.type === 'attempt.starting' && event.task === 't2');
    const { startedAt, endedAt } = JSON.parse(await readFile(join(begun.folder, 'exit.json'), 'utf8'));
    events.findLast((event) => event.type === 'attempt.ended' && event.task === 't2').agentMs = endedAt - startedAt;
    rounds.push(stepsOf(events, JSON.parse(await readFile(spawned, 'utf8')), 't2'));
    await rm(at, { recursive: true, force: true });
  }
  const { lines, processes, ms } = stepsReport(rounds);
  report('what a task costs beyond its agent (the gate is one of them)', processes, 18, 'processes');
  console.log([`     together ${Math.round(ms)} ms without agent and gate; step by step, medians of ${rounds.length}:`, ...lines].join('\n'));
}

/** 500 changed files of every kind in a repository of 10,000; ours is what this process computes, not what git does in its own. */
async function boundaryBench() {
  const at = await repository(10_000);
  const { openRepository } = await loadTs('src/adapters/git/repository.ts');
  const { boundaryReport } = await loadTs('src/core/contract.ts');
  const opened = await openRepository(at, { environment: env });
  const base = (await git(at, 'rev-parse', 'main')).stdout.trim();
  const worktree = `${at}.wt/t`;
  await opened.addWorktree({ path: worktree, branch: 'b/t', commit: base });
  const file = (n) => join(worktree, `src/m${Math.floor(n / 20)}/f${n % 20}.txt`);
  const edit = (from, to) => Promise.all(Array.from({ length: to - from }, (_, n) => writeFile(file(from + n), `changed ${n}\n`)));
  await edit(0, 150);
  for (let n = 150; n < 175; n += 1) await git(worktree, 'mv', file(n), `${file(n)}.moved`);
  await git(worktree, 'commit', '-qam', 'committed');
  await edit(200, 300);
  await git(worktree, 'add', '-A');
  await edit(300, 400);
  for (let n = 400; n < 425; n += 1) await rm(file(n));
  for (let n = 0; n < 100; n += 1) await writeFile(join(worktree, `src/new${n}.txt`), 'new\n');
  const contract = { owns: ['src/m1/**', 'src/new*.txt'], offLimits: ['src/m2/**'], acceptance: [], gate: [] };
  const [own, whole, plain] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    const report = boundaryReport({ contract, changes: await opened.changes(worktree, base) });
    const used = process.cpuUsage(cpu);
    own.push((used.user + used.system) / 1000);
    whole.push(performance.now() - started);
    if (report.violations.length < 300) throw new Error(`only ${report.violations.length} violations`);
    const git1 = performance.now();
    await git(worktree, 'status', '--porcelain', '--untracked-files=all', '--ignored');
    await git(worktree, 'diff', '--name-status', '-M', base);
    plain.push(performance.now() - git1);
  }
  report('boundary check of 500 changed files, 10,000 in all: our own time', median(own), 150, 'ms');
  console.log(`     in ms: own ${own.map(Math.round)}, with git ${whole.map(Math.round)}; plain git status and git diff ${plain.map(Math.round)}`);
  await opened.settled();
}

/** Ten branches of a 10,000-file repository, each with a commit and with changed and untracked files, all on shared lines. */
async function forecastBench() {
  const at = await repository(10_000);
  const { openRepository } = await loadTs('src/adapters/git/repository.ts');
  const { mergePairs } = await loadTs('src/adapters/git/forecastMerge.ts');
  const { gitRunner } = await loadTs('src/adapters/git/run.ts');
  const opened = await openRepository(at, { environment: env });
  const live = Array.from({ length: 10 }, (_, n) => ({ task: `t${n}`, worktree: `${at}.wt/t${n}` }));
  const base = (await git(at, 'rev-parse', 'main')).stdout.trim();
  const edit = async (worktree, n, round) => {
    await writeFile(join(worktree, `src/m${n}/f1.txt`), `changed by ${n}, round ${round}\n`.repeat(20));
    await writeFile(join(worktree, 'src/shared.txt'), `${n} ${round}\n`);
  };
  const tips = [base];
  for (const [n, { task, worktree }] of live.entries()) {
    await opened.addWorktree({ path: worktree, branch: `b/${task}`, commit: base });
    await writeFile(join(worktree, 'src/m1/f2.txt'), `${n}\n`);
    await git(worktree, 'commit', '-qam', task);
    tips.push((await git(worktree, 'rev-parse', 'HEAD')).stdout.trim());
    await edit(worktree, n, 'start');
  }
  const time = async (act) => {
    const started = performance.now();
    await act();
    return performance.now() - started;
  };
  // What the editor has when it is warm: every branch's tree. All 45 pairs and 10 against the base are merged again.
  const pairs = tips.flatMap((ours, n) => tips.slice(n + 1).map((theirs) => ({ ours, theirs })));
  const run = gitRunner(env);
  const here = { root: at, commonDir: join(at, '.git'), run, env, warn: console.error };
  const forecaster = opened.forecaster();
  const found = await forecaster.compute('main', live);
  if (found.pairs.filter((pair) => pair.conflict).length !== 45) throw new Error('every pair conflicts here');
  const warm = [];
  const serial = [];
  const reading = [];
  const unchanged = [];
  const everything = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    warm.push(await time(() => mergePairs(here, pairs, [], folder)));
    serial.push(
      await time(async () => {
        // Exit code 1 is the conflict.
        for (const { ours: one, theirs } of pairs) await git(at, 'merge-tree', '--write-tree', one, theirs).catch(() => undefined);
      }),
    );
    reading.push(
      await time(async () => {
        for (const { worktree } of live) await git(worktree, 'status', '--porcelain', '--untracked-files=all');
      }),
    );
    unchanged.push(await time(() => forecaster.compute('main', live)));
    await Promise.all(live.map(({ worktree }, n) => edit(worktree, n, round)));
    everything.push(await time(() => forecaster.compute('main', live)));
  }
  await forecaster.close();
  report('forecast of 10 branches, 10,000 files: the full matrix of 55 merges, branches known', median(warm), 300, 'ms');
  report('the same against 55 plain git merge-tree', median(warm.map((ms, n) => ms / serial[n])), 0.6, 'x');
  report('forecast, every worktree changed: all read, all 55 merged, against 10 git status and 55 git merge-tree', median(everything.map((ms, n) => ms / (reading[n] + serial[n]))), 1.5, 'x');
  console.log(`     in ms: matrix ${warm.map(Math.round)}, read again ${unchanged.map(Math.round)}, everything ${everything.map(Math.round)}; plain: status ${reading.map(Math.round)}, merge-tree ${serial.map(Math.round)}`);
  await opened.settled();
}

/** The engine in this process, as the editor has it: a plan with a person at the other end. */
async function engineOn(at, plan, team = {}) {
  const { openSession } = await loadTs('src/compose.ts');
  const { headlessLauncher } = await loadTs('src/adapters/runner/launch.ts');
  await mkdir(join(at, '.switchyard'), { recursive: true });
  await writeFile(join(at, '.switchyard/team.jsonc'), JSON.stringify({ version: 1, ...team }));
  const say = { info: () => undefined, warn: console.error, error: console.error };
  const opened = await openSession({ directory: at, environment: env, launch: headlessLauncher(env), programs: { node: process.execPath, runner: join(root, 'dist/runner.js'), scripted: join(root, 'dist/scripted.js') }, label: 'bench', log: say, mode: 'writer' });
  if (!opened.ok) throw new Error(opened.message);
  const { session } = opened;
  const tasks = plan.map((each) => ({ ...each, contract: { offLimits: [], acceptance: [], ...each.contract } }));
  const begun = await session.decompose({ kind: 'plan', plan: { version: 1, goal: 'bench', tasks } });
  if (!begun.ok) throw new Error(begun.reason);
  await session.wish({ type: 'approve-plan', run: 'r1', revision: 1 });
  await session.rested();
  return session;
}

/** Approves, and gives the milliseconds until the base holds the last of them. */
function landing(session, tasks) {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const open = new Set(tasks);
    const listening = session.onEvents((events) => {
      for (const event of events) if (event.type === 'merge.landed') open.delete(event.task);
      if (open.size > 0) return;
      listening.dispose();
      resolve(performance.now() - started);
    });
    for (const each of tasks) session.wish({ type: 'approve', run: 'r1', task: each }).then((answer) => answer.ok || reject(new Error(answer.reason)), reject);
  });
}

/** The click to the new base, checked out beside it, with a receipt for exactly this base: no gate runs. */
async function landingBench() {
  const at = await repository(10_000);
  const chained = ids.slice(0, ROUNDS).map((id, n) => chain(id, n));
  const session = await engineOn(at, chained);
  const times = [];
  for (const { id } of chained) {
    times.push(await landing(session, [id]));
    await session.rested();
  }
  await session.close({ stopAgents: true });
  report('landing with a cached receipt, 10,000 files, base checked out', median(times), 150, 'ms');
  console.log(`     in ms: ${times.map(Math.round).join('  ')}`);
}

/** Eight green tasks approved at once: one lands on its own receipt, the others as one candidate. */
async function queueBench() {
  const at = await repository(1000);
  const session = await engineOn(at, ids.map((id) => task(id, { contract: { owns: [`out/${id}.txt`], gate: ['sleep 2'] } })), { limits: { maxParallel: 8, gateParallel: 8 } });
  const ms = await landing(session, ids);
  await session.close({ stopAgents: true });
  report('merge queue: 8 green tasks with a 2-second gate, in gate times', ms / 2000, 2.5, 'x');
}

/**
 * Opening a run of 100,000 events as a window does: read, believed, folded and open for writing, each time in a fresh
 * process. The log is 400 tasks with 25 attempts each, 38 MB: each event as a real run writes it, a gate's output of 12 lines.
 */
async function logBench() {
  const { longLog } = await loadTs('test/support/longLog.ts');
  const program = await bundleTs('test/bench/openLog.ts', join(folder, 'openLog.mjs'), { packages: 'bundle', define: { 'process.env.SWITCHYARD_FOLD': '"bench"' } });
  const state = join(folder, 'state');
  const log = join(state, 'runs/r1/events.jsonl');
  await mkdir(dirname(log), { recursive: true });
  await writeFile(log, longLog(100_000));
  const open = async (mode) => Number((await run(process.execPath, [program, state, mode])).stdout);
  const times = { first: [], plain: [], again: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    await rm(`${log}.checkpoint`, { force: true });
    times.first.push(await open('first'));
    times.plain.push(await open('plain'));
    times.again.push(await open('again'));
  }
  report('a log of 100,000 events opens', median(times.again), 300, 'ms');
  report('the same for the first time, without what is kept beside it, against JSON.parse of its lines', median(times.first.map((ms, n) => ms / times.plain[n])), 2.5, 'x');
  console.log(`     in ms: ${times.again.map(Math.round)}; for the first time ${times.first.map(Math.round)}; JSON.parse alone ${times.plain.map(Math.round)}; ${Math.round((await stat(log)).size / 1e6)} MB`);
}

/** What the editor waits for when it starts us: reading the shipped bundle and activating it, cold, each time in a fresh process. */
async function activationBench() {
  const { activationProbe } = await loadTs('test/support/activation.ts');
  const shipped = join(folder, 'activated');
  await run(process.execPath, ['esbuild.mjs', '--production', `--out=${shipped}`], { cwd: root });
  const times = [];
  for (let round = 0; round < Math.max(ROUNDS, 5); round += 1) times.push((await activationProbe(shipped)).ms);
  report('activation, our own code', median(times), 50, 'ms');
  console.log(`     in ms: ${times.map(Math.round)}`);
}

/** An agent that prints a gigabyte, and one with a line of 50 MB: real runner, real host, each in its own process. */
async function floodBench() {
  const { flood } = await loadTs('test/support/flood.ts');
  for (const [kind, megabytes] of [['messages', 1024], ['one-line', 50]]) {
    const { runner, host, seconds, raw } = await flood(kind, megabytes);
    report(`${megabytes} MB of ${kind}: highest memory of the runner`, runner / 1048576, 160, 'MB');
    report(`${megabytes} MB of ${kind}: highest memory of the host`, host / 1048576, 280, 'MB');
    console.log(`     ${Math.round(raw / 1048576)} MB recorded in ${seconds.toFixed(1)} s`);
  }
}

/** A window opens a run whose window was killed: two agents live, one died. */
async function reopenBench() {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const at = await repository(1000);
    rounds.push(await reopened(at, env, root, join(folder, 'reopen.json')));
    await rm(at, { recursive: true, force: true });
  }
  report('what is shown is true after a crash, from the loading of the engine on', median(rounds.map(({ ms }) => ms)), 1000, 'ms');
  console.log(`     in ms: ${rounds.map(({ ms }) => Math.round(ms))}; the agent that died: ${JSON.stringify(rounds[0].told)}`);
}

/** `soak`, or `soak 1` for one minute: twenty agents of 50 lines a second in the real editor. */
async function soakBench(minutes) {
  const { soak } = await loadTs('test/support/soak.ts');
  const found = await soak(minutes, (text) => console.log(`     ${text}`));
  report(`${minutes} min soak: memory of the host at the end against after the first minute`, found.after / found.before, 1.15, 'x');
  report('line to screen, p95', found.p95, 100, 'ms');
  report('processes of git in 100 s while nothing changes', found.git * 100, 20, '');
  console.log(`     host ${Math.round(found.before)} to ${Math.round(found.after)} MB; line to screen p50 ${Math.round(found.p50)} ms of ${found.lines} lines; ${Math.round(found.heardPerSecond)} lines a second in all; the editor's own git ${found.editorsGit.toFixed(2)} a second; the host took ${Math.round(found.hostCpu * 100)} % of a processor, the machine's load was ${found.load.toFixed(1)}`);
}

try {
  const want = (name) => only.length === 0 || only.includes(name);
  if (want('independent')) await compare('8 independent trivial tasks, 1,000 files', 1.0, ids.map((id) => task(id)), 0);
  if (want('slow')) await compare('8 independent tasks with 2-second agents', 0.3, ids.map(slow), 2000, Math.min(ROUNDS, 3));
  if (want('chain')) await compare('a chain of 8 trivial tasks', 2.0, ids.map((id, n) => chain(id, n)), 0);
  if (want('steps')) await stepsBench();
  if (want('boundary')) await boundaryBench();
  if (want('forecast')) await forecastBench();
  if (want('landing')) await landingBench();
  if (want('queue')) await queueBench();
  // Minutes and gigabytes: only when asked for.
  if (only.includes('soak')) await soakBench(Number(only[only.indexOf('soak') + 1] ?? 10));
  if (only.includes('flood')) await floodBench();
  if (want('reopen')) await reopenBench();
  if (want('log')) await logBench();
  if (want('activation')) await activationBench();
  if (want('sizes')) {
    // As it ships, whatever `dist` holds now.
    const shipped = join(folder, 'shipped');
    await run(process.execPath, ['esbuild.mjs', '--production', `--out=${shipped}`], { cwd: root });
    const kilobytes = async (name) => (await stat(join(shipped, name))).size / 1000;
    report('bundle that activation loads', await kilobytes('extension.js'), 200, 'KB');
    report('the engine, loaded when a repository is opened', await kilobytes('compose.js'), 500, 'KB');
    report('runner, started with every agent', await kilobytes('runner.js'), 100, 'KB');
    report('dashboard bundle', await kilobytes('webview/main.js'), 800, 'KB');
    const { packedExtension } = await loadTs('test/support/editor/vsix.ts');
    report('.vsix', (await stat(await packedExtension())).size / 1024, 2048, 'KB');
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = missed > 0 ? 1 : 0;
