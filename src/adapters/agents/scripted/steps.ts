/** Executes the steps of a script, really: in the working directory, with real files and processes. */
import * as fs from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Usage } from '../../../core/activity.js';
import type { ScriptStep } from '../../../core/plan.js';
import { emit } from './emit.js';

// `node:fs/promises` is a noticeable part of this program's start; its functions one by one are not.
const appendFile = promisify(fs.appendFile);
const chmod = promisify(fs.chmod);
const lstat = promisify(fs.lstat);
const mkdir = promisify(fs.mkdir);
const rename = promisify(fs.rename);
const rm = promisify(fs.rm);
const symlink = promisify(fs.symlink);
const writeFile = promisify(fs.writeFile);

/** What ends a script before its last step. */
export interface Exit {
  readonly exit: number;
}
export interface Failed {
  readonly fail: Extract<ScriptStep, { readonly fail: unknown }>['fail'];
}

type Change = 'added' | 'modified' | 'deleted';

const totals = new Map<string, Usage>();
let tools = 0;

/** As people name it: inside the worktree relative with `/`, outside as it is. */
function shown(path: string): string {
  const inside = relative(process.cwd(), path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside.replaceAll('\\', '/');
}

async function edited(verb: string, path: string, act: (exists: boolean) => Promise<Change>): Promise<void> {
  tools += 1;
  const id = `t${tools}`;
  const name = shown(path);
  emit({ type: 'tool', id, name: verb.toLowerCase(), title: `${verb} ${name}`, path: name });
  const exists = await lstat(path).then(() => true, () => false);
  const change = await act(exists);
  emit({ type: 'edit', path: name, change });
  emit({ type: 'tool-result', id, ok: true });
}

async function inFolder<T>(path: string, act: () => Promise<T>): Promise<T> {
  return act().catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true });
    return act();
  });
}

function count(step: { readonly model: string; readonly inputTokens: number; readonly cachedInputTokens?: number; readonly outputTokens: number }): void {
  const before = totals.get(step.model) ?? { model: step.model, inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };
  totals.set(step.model, {
    ...before,
    inputTokens: before.inputTokens + step.inputTokens,
    cachedInputTokens: before.cachedInputTokens + (step.cachedInputTokens ?? 0),
    outputTokens: before.outputTokens + step.outputTokens,
  });
  emit({ type: 'usage', usage: [...totals.values()] });
}

async function run(argv: readonly string[]): Promise<void> {
  tools += 1;
  const id = `t${tools}`;
  emit({ type: 'tool', id, name: 'run', title: `$ ${argv.join(' ')}` });
  const { runProgram } = await import('./program.js');
  const { ok, text } = await runProgram(argv);
  emit({ type: 'tool-result', id, ok, text });
}

async function talk({ say, times, everyMs = 0 }: Extract<ScriptStep, { readonly say: string }>): Promise<void> {
  if (times === undefined) {
    emit({ type: 'say', text: say });
    return;
  }
  const began = performance.now();
  for (let n = 1; n <= times; n += 1) {
    emit({ type: 'say', text: say.replaceAll('{n}', String(n)).replaceAll('{at}', String(Date.now())) });
    // By the clock from the beginning, so that late timers do not add up.
    await new Promise((done) => setTimeout(done, Math.max(0, began + n * everyMs - performance.now())));
  }
}

/** Ends by SIGKILL only. */
async function hang(): Promise<never> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGALRM', 'SIGBREAK'] as const) {
    try {
      process.on(signal, () => undefined);
    } catch {
      // Not a signal of this platform.
    }
  }
  for (;;) await new Promise((done) => setTimeout(done, 2 ** 31 - 1));
}

/** Runs one step; an answer ends the script with that exit code. A step that fails throws. */
export async function step(one: ScriptStep): Promise<Exit | Failed | undefined> {
  if ('write' in one) {
    const path = resolve(one.write.path);
    await edited('Write', path, async (exists) => {
      await inFolder(path, () => writeFile(path, one.write.text));
      return exists ? 'modified' : 'added';
    });
  } else if ('append' in one) {
    const path = resolve(one.append.path);
    await edited('Append', path, async (exists) => {
      await inFolder(path, () => appendFile(path, one.append.text));
      return exists ? 'modified' : 'added';
    });
  } else if ('delete' in one) {
    const path = resolve(one.delete.path);
    await edited('Delete', path, async () => {
      await rm(path, { recursive: true });
      return 'deleted';
    });
  } else if ('rename' in one) {
    const from = resolve(one.rename.from);
    const to = resolve(one.rename.to);
    await edited('Rename', from, async () => {
      await mkdir(dirname(to), { recursive: true });
      await rename(from, to);
      emit({ type: 'edit', path: shown(to), change: 'added' });
      return 'deleted';
    });
  } else if ('symlink' in one) {
    const path = resolve(one.symlink.path);
    await edited('Link', path, async (exists) => {
      if (exists) await rm(path, { recursive: true });
      await inFolder(path, () => symlink(one.symlink.target, path));
      return exists ? 'modified' : 'added';
    });
  } else if ('chmod' in one) {
    const path = resolve(one.chmod.path);
    await edited('Chmod', path, async () => {
      await chmod(path, Number.parseInt(one.chmod.mode, 8));
      return 'modified';
    });
  } else if ('run' in one) await run(one.run);
  else if ('say' in one) await talk(one);
  else if ('sleepMs' in one) await new Promise((done) => setTimeout(done, one.sleepMs));
  else if ('usage' in one) count(one.usage);
  else if ('fail' in one) return { fail: one.fail };
  else if ('exit' in one) return { exit: one.exit };
  else await hang();
  return undefined;
}
