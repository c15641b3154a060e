/** The scripted agent as a planner: it can only play plans that were recorded in the repository. */
import { readFile } from 'node:fs/promises';
import type { ScriptStep } from '../../../core/plan.js';
import { PLANS_FILE, REPLAN } from './format.js';

export type Recorded =
  | { readonly ok: true; readonly plan: object; readonly steps: readonly ScriptStep[] }
  | { readonly ok: false; readonly message: string };

interface Entry {
  readonly goal?: unknown;
  readonly plan?: { readonly goal?: unknown };
  /** Steps to play before the answer, usually `usage`. */
  readonly usage?: readonly ScriptStep[];
}

const ADVICE =
  'The scripted agent plays recorded plans only. Choose a planner with a model in .switchyard/team.jsonc, write an outline (switchyard plan --from FILE.md), ' +
  `or record a plan for this goal in ${PLANS_FILE}.`;

function folded(goal: unknown): string {
  return typeof goal === 'string' ? goal.trim().replace(/\s+/g, ' ') : '';
}

async function read(): Promise<{ readonly plans?: readonly Entry[]; readonly replans?: readonly Entry[] } | string> {
  try {
    return JSON.parse(await readFile(PLANS_FILE, 'utf8')) as object;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return `There is no ${PLANS_FILE} at this commit.`;
    return `${PLANS_FILE} could not be read: ${(error as Error).message}.`;
  }
}

/** The plan recorded for a goal (white space folded), or why there is none. A goal `replan:…` looks among the re-plans. */
export async function recordedPlan(asked: string): Promise<Recorded> {
  const file = await read();
  if (typeof file === 'string') return { ok: false, message: `${file} ${ADVICE}` };
  const again = asked.startsWith(REPLAN);
  const goal = folded(again ? asked.slice(REPLAN.length) : asked);
  const entries = (again ? file.replans : file.plans) ?? [];
  const entry = entries.find((one) => folded(one.goal ?? one.plan?.goal) === goal);
  if (entry === undefined) {
    return { ok: false, message: `No ${again ? 're-plan' : 'plan'} is recorded for this goal: "${goal.slice(0, 200)}". ${ADVICE}` };
  }
  const { usage = [], plan, ...rest } = entry;
  return { ok: true, plan: plan ?? rest, steps: usage };
}
