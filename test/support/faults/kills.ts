/** Real kills: the headless command as a child, real runners and agents, SIGKILL by pid at an event or shortly after. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Event } from '../../../src/core/events.js';
import type { Plan } from '../../../src/core/plan.js';
import { fold } from '../../../src/core/fold.js';
import { random } from '../random.js';
import { watchFor } from '../watchFor.js';
import { CLI, planOf, scriptedTask, switchyard } from '../switchyard.js';
import type { Summary } from '../switchyard.js';
import { readEvents, runsOf } from './invariants.js';
import { kill, processesOf } from './processes.js';
import { copyRepo, DIRTY } from './repository.js';
import type { FaultRepo } from './repository.js';

/** `machine`: everything at once, the engine first. */
export type Target = 'engine' | 'runner' | 'agent' | 'git' | 'gate' | 'machine';

export interface Kill {
  readonly target: Target;
  /** At this line of the engine's output, or at the first later moment when there is such a process. */
  readonly line: number;
  /** This many milliseconds later: inside the acts. */
  readonly delayMs: number;
}

/** What is killed beside the engine. */
export const OTHERS: readonly Target[] = ['runner', 'agent', 'git', 'gate', 'machine'];

/** Four kills; the same for the same seed. */
export function killsOf(seed: number): readonly Kill[] {
  const next = random(seed + 1);
  const other = OTHERS[seed % OTHERS.length] ?? 'git';
  return [
    { target: 'engine', line: 1 + next.below(24), delayMs: 0 },
    { target: 'engine', line: 1 + next.below(8), delayMs: next.below(40) },
    { target: other, line: 1 + next.below(6), delayMs: 0 },
    { target: 'engine', line: 1 + next.below(6), delayMs: next.below(25) },
  ];
}

const TASKS = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
/** A command that hangs would be no test; none of these takes longer than a few seconds. */
const LIMIT_MS = 150_000;

/** Each start of an agent leaves its nonce in a file outside of every worktree. */
function planIn(folder: string): Plan {
  const mark = { run: ['sh', '-c', `echo "$SWITCHYARD_NONCE" >> '${folder}/starts.txt'`] };
  const task = (id: string, text: string) => [mark, { write: { path: `${id}/x.txt`, text } }, { sleepMs: 60 }, { append: { path: `${id}/x.txt`, text: '.' } }];
  const outside = { write: { path: 'outside.txt', text: 'x' } };
  return planOf(
    scriptedTask('a', task('a', 'right'), { gate: ['sleep 0.2; test -f a/x.txt'] }),
    scriptedTask('b', { attempts: [task('b', 'wrong'), task('b', 'right')] }, { gate: ['grep -q right b/x.txt'] }),
    scriptedTask('c', { attempts: [[...task('c', 'right'), outside], [...task('c', 'right'), { run: ['rm', '-f', 'outside.txt'] }]] }, { gate: ['sleep 0.2; test -f c/x.txt'], dependsOn: ['a'] }),
    scriptedTask('d', task('d', 'right'), { gate: ['test -f d/x.txt'], dependsOn: ['a'] }),
    scriptedTask('e', task('e', 'right'), { gate: ['test -f e/x.txt'] }),
    scriptedTask('f', task('f', 'right'), { gate: ['test -f f/x.txt'], dependsOn: ['b', 'e'] }),
  );
}

interface Run {
  readonly killed: Target | undefined;
  readonly code: number | null;
  readonly stderr: string;
  readonly summary: Summary | undefined;
}

/** Runs the command and kills once. */
async function runKilling(repo: FaultRepo, args: readonly string[], planned: Kill | undefined): Promise<Run> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: repo.root, env: repo.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Error('the command could not be started');
  let killed: Target | undefined;
  let trying: Promise<void> | undefined;
  let count = 0;
  let last: Record<string, unknown> | undefined;
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const living = (): boolean => child.exitCode === null && child.signalCode === null;
  const tryKill = async ({ target, delayMs }: Kill): Promise<void> => {
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (!living()) return;
    if (target === 'engine' || target === 'machine') {
      if (kill(pid)) killed = target;
      if (target === 'machine') await killAll(repo);
      return;
    }
    // Such a process comes and goes: looked for until there is one, as long as the engine lives.
    while (killed === undefined && living()) {
      const victim = await find(repo, target, pid);
      if (victim !== undefined && kill(victim)) killed = target;
    }
  };
  const read = createInterface({ input: child.stdout });
  read.on('line', (line) => {
    count += 1;
    last = JSON.parse(line) as Record<string, unknown>;
    if (planned === undefined || count < planned.line || killed !== undefined || trying !== undefined) return;
    trying = tryKill(planned).finally(() => (trying = undefined));
  });
  const late = setTimeout(() => {
    stderr += `\nnot done after ${String(LIMIT_MS)} ms`;
    child.kill('SIGKILL');
  }, LIMIT_MS);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(late);
  await trying;
  if (stderr.includes('not done after')) throw new Error(`${args.join(' ')} hangs: ${stderr}`);
  return { killed, code, stderr, summary: last?.['type'] === 'run.summary' ? (last as unknown as Summary) : undefined };
}

/** Until a look finds nobody: what is killed may have started another a moment before. */
async function killAll(repo: FaultRepo): Promise<void> {
  for (let left = await processesOf(repo.folder); left.length > 0; left = await processesOf(repo.folder)) for (const { pid } of left) kill(pid);
}

async function find(repo: FaultRepo, target: Exclude<Target, 'engine' | 'machine'>, engine: number): Promise<number | undefined> {
  const all = await processesOf(repo.folder);
  const fits = {
    git: (each: (typeof all)[number]) => each.ppid === engine && /^\S*git\b/u.test(each.command),
    runner: (each: (typeof all)[number]) => each.command.includes('runner.js'),
    agent: (each: (typeof all)[number]) => each.nonce !== undefined && each.command.includes('scripted.js'),
    gate: (each: (typeof all)[number]) => each.nonce !== undefined && each.command.startsWith('/bin/sh -c'),
  }[target];
  return all.filter(fits).at(-1)?.pid;
}

/** A run that was killed before it had a plan is begun anew under the next name. */
async function newestEvents(repo: FaultRepo): Promise<readonly Event[]> {
  const newest = (await runsOf(repo)).at(-1);
  return newest === undefined ? [] : readEvents(repo, newest);
}

export interface KillReport {
  readonly killed: readonly Target[];
  readonly wrong: readonly string[];
  readonly story: readonly string[];
}

/** One run with these kills, one after the other, each followed by two recoveries; then on to the end. */
export async function surviveKills(kills: readonly Kill[]): Promise<KillReport> {
  const repo = await copyRepo();
  const killed: Target[] = [];
  const story: string[] = [];
  const wrong: string[] = [];
  try {
    const file = join(repo.folder, 'plan.json');
    await writeFile(file, JSON.stringify(planIn(repo.folder)));
    const left = [...kills];
    const begin = ['run', file, '--yes', '--json', '--max-parallel', '2'];
    for (let tries = 0; tries < kills.length + 12; tries += 1) {
      const started = (await newestEvents(repo)).some((event) => event.type === 'plan.proposed');
      const planned = left.shift();
      const run = await runKilling(repo, started ? ['resume', '--yes', '--json'] : begin, planned);
      story.push(`${started ? 'resume' : 'run'}: ${planned === undefined ? 'undisturbed' : `${planned.target} at line ${String(planned.line)} + ${String(planned.delayMs)} ms`}: ${run.killed ?? 'nobody'} killed, exit ${String(run.code)} ${run.stderr.trim().slice(-1500)}`);
      if (run.killed !== undefined) killed.push(run.killed);
      if (run.code !== null && ![0, 3].includes(run.code)) wrong.push(`exit ${String(run.code)}`);
      if (run.code === 0) break;
      wrong.push(...(await recovered(repo, story)));
      for (const [task, { state, why }] of Object.entries(run.summary?.tasks ?? {})) {
        if (state !== 'needs-you') continue;
        const wish = why?.kind === 'merge-failed' || why?.kind === 'checkout-in-the-way' ? 'approve' : 'retry';
        const { code, stderr } = await switchyard(repo, [wish, task]);
        story.push(`${wish} ${task} (${why?.kind ?? ''}: ${why?.text ?? ''}): exit ${String(code)} ${stderr}`);
      }
    }
    wrong.push(...(await atTheEnd(repo)));
  } catch (error) {
    wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    const left = await processesOf(repo.folder);
    for (const { pid, command } of left) {
      wrong.push(`process ${String(pid)} is left: ${command}`);
      kill(pid);
    }
    if (wrong.length > 0) for (const event of await newestEvents(repo)) story.push(JSON.stringify(event).slice(0, 300));
    await repo.cleanup();
  }
  return { killed, wrong, story };
}

/** `recover` brings things to rest, a second one finds nothing to do, and no process is left. */
async function recovered(repo: FaultRepo, story: string[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  const first = await switchyard(repo, ['recover', '--json']);
  const before = await newestEvents(repo);
  const second = await switchyard(repo, ['recover', '--json']);
  const after = await newestEvents(repo);
  story.push(`recover: ${first.stdout} ${first.stderr}`);
  if (first.code !== 0 || second.code !== 0) wrong.push(`recover: exit ${String(first.code)} and ${String(second.code)} ${first.stderr} ${second.stderr}`);
  if (after.length !== before.length) wrong.push(`a second recover changed something: ${JSON.stringify(after.slice(before.length))}`);
  for (const { pid, command } of await processesOf(repo.folder)) wrong.push(`after recover, process ${String(pid)} is left: ${command}`);
  return wrong;
}

/** The engine is killed while a gate of half a minute runs. */
export async function orphanedGate(): Promise<Omit<KillReport, 'killed'>> {
  const repo = await copyRepo();
  const story: string[] = [];
  const wrong: string[] = [];
  try {
    const file = join(repo.folder, 'plan.json');
    // Long only the first time.
    const gate = `echo x >> '${repo.folder}/gates.txt'; test "$(wc -l < '${repo.folder}/gates.txt')" -gt 1 || sleep 30`;
    await writeFile(file, JSON.stringify(planOf(scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'x' } }], { gate: [gate] }))));
    const child = spawn(process.execPath, [CLI, 'run', file, '--yes', '--json'], { cwd: repo.root, env: repo.env, stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('close', resolve));
    await watchFor(repo.folder, 'gates.txt');
    if (child.pid !== undefined) kill(child.pid);
    await gone;
    if ((await processesOf(repo.folder)).length === 0) wrong.push('the gate should have outlived its engine, or this proves nothing');
    wrong.push(...(await recovered(repo, story)));
    const { code, stderr } = await switchyard(repo, ['resume', '--yes', '--json']);
    if (code !== 0) wrong.push(`resume: exit ${String(code)} ${stderr}`);
  } finally {
    for (const { pid, command } of await processesOf(repo.folder)) {
      wrong.push(`process ${String(pid)} is left: ${command}`);
      kill(pid);
    }
    await repo.cleanup();
  }
  return { wrong, story };
}

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

async function atTheEnd(repo: FaultRepo): Promise<readonly string[]> {
  const wrong: string[] = [];
  const events: readonly Event[] = await newestEvents(repo);
  const state = fold(events);
  for (const task of TASKS) if (state?.tasks.get(task)?.state !== 'landed') wrong.push(`${task} is ${state?.tasks.get(task)?.state ?? 'nowhere'}: ${state?.tasks.get(task)?.reason?.text ?? ''}`);
  const trees = new Set(events.flatMap((event) => ((event.type === 'gate.finished' || event.type === 'receipt.made') && event.receipt !== undefined ? [event.receipt.tree] : [])));
  for (const line of lines(await repo.git('reflog', 'show', '--format=%H %T', 'refs/heads/main')).slice(0, -1)) {
    const [tip = '', tree = ''] = line.split(' ');
    if (!trees.has(tree)) wrong.push(`main was at ${tip}, which no receipt names`);
  }
  const landings = lines(await repo.git('log', '--first-parent', '--format=%(trailers:key=Switchyard-Task,valueonly)', 'main')).toSorted();
  if (landings.join() !== TASKS.join()) wrong.push(`landed: ${landings.join(', ')}`);
  for (const task of TASKS) {
    const text = await repo.git('show', `main:${task}/x.txt`).catch(() => '');
    if (text !== 'right.') wrong.push(`${task}/x.txt is ${text}`);
  }
  const status = await repo.git('status', '--porcelain');
  if (status !== DIRTY) wrong.push(`the person's checkout is not as it was:\n${status}`);
  const starts = lines(await readFile(join(repo.folder, 'starts.txt'), 'utf8'));
  if (new Set(starts).size !== starts.length) wrong.push(`an attempt was started twice: ${starts.join(', ')}`);
  const worktrees = lines(await repo.git('worktree', 'list', '--porcelain')).filter((line) => line.startsWith('worktree ')).slice(1);
  for (const line of worktrees) wrong.push(`left: ${line}`);
  return wrong;
}
