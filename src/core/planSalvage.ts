/** What can be read of a plan whose shape is wrong, so that its other problems are said in the same go. */
import type { Plan, Task } from './plan.js';
import { MAX_GLOBS, MAX_LIST, MAX_TASKS } from './planSchema.js';

export interface Salvaged {
  /** The tasks that have an id; what could not be read of them is empty. */
  readonly plan: Plan;
  /** Ids of tasks whose `owns` (or `gate`) could not be read: that it is empty here says nothing. */
  readonly unknownOwns: ReadonlySet<string>;
  readonly unknownGate: ReadonlySet<string>;
}

/** Never throws. `undefined` when there is nothing to look at, or more than a plan may have. */
export function salvagePlan(input: unknown): Salvaged | undefined {
  const list = field(input, 'tasks');
  if (!Array.isArray(list) || list.length > MAX_TASKS) return undefined;
  const unknownOwns = new Set<string>();
  const unknownGate = new Set<string>();
  const tasks: Task[] = [];
  for (const raw of list as unknown[]) {
    const id = field(raw, 'id');
    if (typeof id !== 'string' || id.length > MAX_ID) continue;
    const contract = field(raw, 'contract');
    const owns = texts(field(contract, 'owns'));
    const gate = texts(field(contract, 'gate'));
    // Without a contract only its absence is a problem; an `owns` that was left out of one owns nothing.
    if (!isObject(contract) || !owns.whole) unknownOwns.add(id);
    if (!isObject(contract) || !gate.whole) unknownGate.add(id);
    tasks.push({
      id,
      title: id,
      instructions: '',
      dependsOn: texts(field(raw, 'dependsOn')).texts,
      contract: { owns: owns.texts, offLimits: texts(field(contract, 'offLimits')).texts, acceptance: [], gate: gate.texts },
      tier: 'standard',
    });
  }
  const globs = tasks.reduce((count, { contract }) => count + contract.owns.length, 0);
  return tasks.length === 0 || globs > MAX_GLOBS ? undefined : { plan: { version: 1, goal: '', tasks }, unknownOwns, unknownGate };
}

const MAX_ID = 200;
const MAX_ENTRY = 4_096;

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function field(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** The texts of a list. `whole`: it is a list of texts, or absent. */
function texts(value: unknown): { readonly texts: readonly string[]; readonly whole: boolean } {
  if (value === undefined) return { texts: [], whole: true };
  if (!Array.isArray(value) || value.length > MAX_LIST) return { texts: [], whole: false };
  const found = (value as unknown[]).filter((each): each is string => typeof each === 'string' && each.length <= MAX_ENTRY);
  return { texts: found, whole: found.length === value.length };
}
