/**
 * The scripted agent's program: `node scripted.js <input file>`, in the worktree. Does exactly what its script says and
 * prints JSON lines. Small on purpose: it is started for every task of a scripted run.
 */
import { readText } from '../../disk.js';
import { withCarriedCa } from '../../environment.js';
import { emit, flushed } from './emit.js';
import type { ScriptedInput } from './format.js';
import { step, type Exit, type Failed } from './steps.js';

type End = { readonly ok: boolean; readonly refused?: true; readonly reason?: Failed['fail']['reason']; readonly retryAt?: number; readonly message?: string; readonly answer?: unknown };

/** What this program starts sees neither the editor's switch nor our detour. */
function cleanEnvironment(): void {
  const env = withCarriedCa(process.env);
  delete process.env['ELECTRON_RUN_AS_NODE'];
  delete process.env['SWITCHYARD_NODE_EXTRA_CA_CERTS'];
  const certificates = env['NODE_EXTRA_CA_CERTS'];
  if (certificates === undefined || certificates === '') delete process.env['NODE_EXTRA_CA_CERTS'];
  else process.env['NODE_EXTRA_CA_CERTS'] = certificates;
}

async function play(steps: NonNullable<ScriptedInput['steps']>): Promise<Exit | End | undefined> {
  for (const one of steps) {
    const exit = await step(one);
    if (exit === undefined) continue;
    if ('exit' in exit) return exit;
    const { reason, message, retryAfterMs } = exit.fail;
    return { ok: false, reason, ...(message !== undefined && { message }), ...(retryAfterMs !== undefined && { retryAt: Date.now() + retryAfterMs }) };
  }
  return undefined;
}

async function plan(goal: string): Promise<End | Exit> {
  const { recordedPlan } = await import('./planner.js');
  const recorded = await recordedPlan(goal);
  if (!recorded.ok) return { ok: false, refused: true, message: recorded.message };
  return (await play(recorded.steps)) ?? { ok: true, answer: recorded.plan };
}

async function work(input: ScriptedInput): Promise<End | Exit> {
  if (input.feedback !== undefined) emit({ type: 'say', text: `I was told:\n${input.feedback}` });
  if (input.role === 'planner') return plan(input.goal ?? '');
  if (input.steps === undefined) {
    emit({ type: 'say', text: 'There is no script for this task, so there is nothing for me to do.' });
    return { ok: true };
  }
  return (await play(input.steps)) ?? { ok: true };
}

async function main(): Promise<number> {
  cleanEnvironment();
  const input = JSON.parse((await readText(process.argv[2] ?? '')) ?? '') as ScriptedInput;
  emit({ type: 'start', session: input.session });
  const result = await work(input).catch((error: unknown): End => ({ ok: false, message: `A step failed: ${(error as Error).message}` }));
  if ('exit' in result) {
    // Any other code is a crash: no final line.
    if (result.exit === 0) emit({ type: 'end', ok: true });
    return result.exit;
  }
  emit({ type: 'end', ...result });
  return result.ok ? 0 : 1;
}

void main().then(async (code) => {
  await flushed();
  process.exit(code);
});
