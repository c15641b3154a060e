// How long after its start a window shows what is true of a run whose window was killed: agents that live still at work, one
// that died meanwhile known as interrupted. The last is what takes the time: the log alone would show all three at work.
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

const require = createRequire(import.meta.url);
const TASKS = ['alive', 'too', 'dead'];
const QUIET = { info: () => undefined, warn: () => undefined, error: console.error };

/** Starts the run headless and kills that command, not its agents, once all three are at work. */
async function orphaned(at, env, root, plan) {
  await writeFile(plan, JSON.stringify({ version: 1, goal: 'reopen', tasks: TASKS.map((id) => ({ id, title: id, instructions: '', dependsOn: [], agent: 'scripted', tier: 'fast', contract: { owns: [`out/${id}.txt`], gate: ['true'] }, script: [{ sleepMs: 600_000 }] })) }));
  const command = spawn(process.execPath, [join(root, 'dist/cli.js'), 'run', plan, '--yes', '--json'], { cwd: at, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise((resolve) => command.once('exit', resolve));
  let starting = 0;
  for await (const line of createInterface({ input: command.stdout })) {
    if (JSON.parse(line).type === 'attempt.starting') starting += 1;
    if (starting < TASKS.length) continue;
    await Promise.all(TASKS.map((task) => claimed(at, task)));
    // Before nobody reads it any more: it would stop its agents then.
    command.kill('SIGKILL');
  }
  await gone;
}

/** The claim of a task's first attempt, as soon as its runner has made it. */
async function claimed(at, task) {
  for (;;) {
    const text = await readFile(join(at, `.git/switchyard/runs/r1/attempts/${task}/1/claim.json`), 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text);
    await delay(10);
  }
}

/** Milliseconds from the loading of the engine to the truth; ends the agents. */
export async function reopened(at, env, root, plan) {
  await orphaned(at, env, root, plan);
  process.kill((await claimed(at, 'dead')).pid, 'SIGKILL');
  const programs = { node: process.execPath, runner: join(root, 'dist/runner.js'), scripted: join(root, 'dist/scripted.js') };
  const engine = join(root, 'dist/compose.js');
  const begun = performance.now();
  // Loaded anew in each round, as a window loads it.
  delete require.cache[engine];
  const { openSession } = require(engine);
  const opened = await openSession({ directory: at, environment: env, launch: () => Promise.reject(new Error('nothing starts here')), programs, label: 'bench', log: QUIET });
  if (!opened.ok) throw new Error(opened.message);
  const { session } = opened;
  const of = (id) => session.current()?.tasks.get(id);
  const isTrue = () => of('alive')?.state === 'working' && of('too')?.state === 'working' && of('dead')?.attempts.at(-1)?.endedAt !== undefined;
  await new Promise((resolve) => {
    session.onDidChange(() => isTrue() && resolve());
    if (isTrue()) resolve();
  });
  const ms = performance.now() - begun;
  const told = { state: of('dead').state, reason: of('dead').reason?.kind ?? of('dead').attempts.at(-1)?.outcome?.reason };
  await session.close({ stopAgents: true });
  return { ms, told };
}
