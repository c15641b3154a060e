/** What a plan means: ids, order, globs, gates, and the edges that serialise tasks which own the same files. */
import { globsOverlap, validateGlob } from './globs.js';
import { adjacency, compare, cycles, depths, levels, reachable } from './graph.js';
import type { Edge, Plan, PlanCheck, Problem, ProblemCode, Task } from './plan.js';
import { salvagePlan } from './planSalvage.js';
import { parsePlan } from './planSchema.js';
import { unownedProblems } from './unowned.js';

const ID = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** Names that the run's own folders and branches use. */
const RESERVED = new Set(['planner']);

/** `switchyard check`: everything that is wrong with outside input, and the order of what is right. Never throws. */
export function checkPlanInput(input: unknown, options: CheckOptions = {}): PlanCheck & { readonly plan?: Plan } {
  const parsed = parsePlan(input);
  if ('problems' in parsed) return { ok: false, problems: [...parsed.problems, ...otherProblems(input, options)], edges: [], levels: [] };
  const check = checkPlan(parsed.plan, options);
  return check.ok ? { ...check, plan: parsed.plan } : check;
}

/** What else is wrong with a plan whose shape is: the tasks that can be read are checked like those of a good one. */
function otherProblems(input: unknown, options: CheckOptions): readonly Problem[] {
  const salvaged = salvagePlan(input);
  if (salvaged === undefined) return [];
  const unknown = (problem: Problem, code: ProblemCode, ids: ReadonlySet<string>) => problem.code === code && problem.tasks.some((id) => ids.has(id));
  return checkPlan(salvaged.plan, options).problems.filter(
    (problem) => !unknown(problem, 'empty-owns', salvaged.unknownOwns) && !unknown(problem, 'no-gate', salvaged.unknownGate),
  );
}

export interface CheckOptions {
  /** The team file has gate commands for tasks that name none. */
  readonly teamHasGate?: boolean;
}

/**
 * Everything that is wrong with a plan whose shape is right, and the order of its tasks. Without an order (cycles, ids twice)
 * there are no levels.
 */
export function checkPlan(plan: Plan, options: CheckOptions = {}): PlanCheck {
  const problems = [...idProblems(plan), ...dependencyProblems(plan), ...contractProblems(plan, options)];
  const ids = plan.tasks.map((task) => task.id);
  const depends: Edge[] = plan.tasks.flatMap((task) =>
    [...new Set(task.dependsOn)]
      .filter((from) => from !== task.id && ids.includes(from))
      .map((from): Edge => ({ from, to: task.id, why: 'depends' })),
  );
  const next = adjacency(ids, depends);
  const loops = cycles(next);
  for (const members of loops) {
    problems.push({
      code: 'cycle',
      tasks: members,
      message: `${members.join(', ')} wait for each other, so none of them could ever start; remove one of these dependencies`,
    });
  }
  const broken = problems.some((problem) => problem.severity !== 'warning');
  if (loops.length > 0 || new Set(ids).size < ids.length) return { ok: false, problems, edges: depends, levels: [] };
  const overlaps = overlapEdges(plan.tasks, next);
  for (const { edge, globs } of overlaps) {
    problems.push({
      code: 'overlap',
      severity: 'warning',
      tasks: [edge.from, edge.to],
      message: `${edge.from} and ${edge.to} may both change ${globs.join(', ')}; ${edge.to} waits for ${edge.from}`,
    });
  }
  problems.push(...unownedProblems(plan));
  const edges = [...depends, ...overlaps.map(({ edge }) => edge)].sort(
    (a, b) => compare(a.from, b.from) || compare(a.to, b.to) || compare(a.why, b.why),
  );
  return { ok: !broken, problems, edges, levels: levels(adjacency(ids, edges)) };
}

function idProblems(plan: Plan): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  for (const { id } of plan.tasks) {
    seen.set(id, (seen.get(id) ?? 0) + 1);
    if (!ID.test(id) || RESERVED.has(id)) {
      problems.push({
        code: 'bad-id',
        tasks: [id],
        message: RESERVED.has(id)
          ? `"${id}" is a name that the run itself uses; choose another id`
          : `"${id}" is not an id: use 1 to 40 of a-z, 0-9 and -, beginning with a letter or digit`,
      });
    }
  }
  for (const [id, count] of seen) {
    if (count > 1) problems.push({ code: 'duplicate-id', tasks: [id], message: `${String(count)} tasks have the id "${id}"; ids are unique in a plan` });
  }
  return problems;
}

function dependencyProblems(plan: Plan): Problem[] {
  const ids = new Set(plan.tasks.map((task) => task.id));
  const problems: Problem[] = [];
  for (const task of plan.tasks) {
    for (const on of new Set(task.dependsOn)) {
      if (on === task.id) problems.push({ code: 'self-dependency', tasks: [task.id], message: `${task.id} depends on itself` });
      else if (!ids.has(on)) problems.push({ code: 'unknown-dependency', tasks: [task.id], message: `${task.id} depends on "${on}", which is no task of this plan` });
    }
  }
  return problems;
}

function contractProblems(plan: Plan, options: CheckOptions): Problem[] {
  const problems: Problem[] = [];
  for (const { id, contract } of plan.tasks) {
    for (const [list, globs] of [['owns', contract.owns], ['offLimits', contract.offLimits]] as const) {
      for (const glob of globs) {
        const wrong = validateGlob(glob);
        if (wrong !== undefined) problems.push({ code: 'bad-glob', tasks: [id], message: `${id}: ${list} "${glob}": ${wrong}` });
      }
    }
    if (contract.owns.length === 0) {
      problems.push({ code: 'empty-owns', tasks: [id], message: `${id} owns nothing, so it may change nothing; name the files it may change` });
    }
    if (contract.gate.length === 0 && options.teamHasGate !== true) {
      problems.push({
        code: 'no-gate',
        severity: 'warning',
        tasks: [id],
        message: `${id} has no gate: nothing can prove that it works, so it waits for you instead of turning green`,
      });
    }
  }
  return problems;
}

/**
 * Orders tasks that own the same files. The result depends on ids and dependencies only, not on the order in the file:
 * tasks are taken by (depth, id), which is a linear extension of the dependencies, and every edge points forward in it,
 * so no edge can close a cycle. The nearest earlier task is tried first, so tasks already ordered through others get none.
 */
function overlapEdges(tasks: readonly Task[], depends: Map<string, Set<string>>): { edge: Edge; globs: readonly string[] }[] {
  const depth = depths(depends);
  const order = [...tasks].sort((a, b) => (depth.get(a.id) ?? 0) - (depth.get(b.id) ?? 0) || compare(a.id, b.id));
  const next = new Map([...depends].map(([node, targets]) => [node, new Set(targets)]));
  const owned = order.map((task) => readable(task.contract.owns));
  const found: { edge: Edge; globs: readonly string[] }[] = [];
  order.forEach((later, at) => {
    for (let back = at - 1; back >= 0; back -= 1) {
      const earlier = order[back];
      // Nearly all pairs of a large plan are far apart; to look each up would cost more than this.
      if (earlier === undefined || !anyMayMeet(owned[back], owned[at])) continue;
      const globs = sharedGlobs(earlier, later);
      if (globs.length === 0 || reachable(next, earlier.id).has(later.id)) continue;
      next.get(earlier.id)?.add(later.id);
      found.push({ edge: { from: earlier.id, to: later.id, why: 'overlap' }, globs });
    }
  });
  return found;
}

/** Globs of two tasks that could match one path; malformed ones are reported elsewhere and left out here. */
export function sharedGlobs(a: Pick<Task, 'contract'>, b: Pick<Task, 'contract'>): readonly string[] {
  const others = remembered(comparisons, a.contract.owns, () => new WeakMap<readonly string[], readonly string[]>());
  return remembered(others, b.contract.owns, () => compareOwns(a.contract.owns, b.contract.owns));
}

function compareOwns(a: readonly string[], b: readonly string[]): readonly string[] {
  const shared = new Set<string>();
  for (const one of readable(a)) {
    for (const other of readable(b)) {
      if (!mayMeet(one.stem, other.stem) || !globsOverlap(one.glob, other.glob)) continue;
      shared.add(one.glob === other.glob ? one.glob : `${one.glob} / ${other.glob}`);
    }
  }
  return [...shared].sort(compare);
}

/** A good glob and its stem: what every path it matches begins with. */
interface Readable {
  readonly glob: string;
  readonly stem: string;
}

// Parsing and comparing globs is dear, and a plan of some hundred tasks is compared pair by pair at every look of the
// scheduler. Contracts never change in place, so what was found for two lists of globs stays true.
const readables = new WeakMap<readonly string[], readonly Readable[]>();
const comparisons = new WeakMap<readonly string[], WeakMap<readonly string[], readonly string[]>>();

function readable(owns: readonly string[]): readonly Readable[] {
  // A "**" stands for no folder too, and takes its slash along: "src/**" matches "src".
  return remembered(readables, owns, () =>
    owns.filter((glob) => validateGlob(glob) === undefined).map((glob) => ({ glob, stem: glob.replace(/[*?[{][^]*$/, '').replace(/\/$/, '') })),
  );
}

function anyMayMeet(some: readonly Readable[] = [], others: readonly Readable[] = []): boolean {
  for (const one of some) for (const other of others) if (mayMeet(one.stem, other.stem)) return true;
  return false;
}

function mayMeet(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function remembered<K extends object, V extends object>(memory: WeakMap<K, V>, key: K, make: () => V): V {
  let value = memory.get(key);
  if (value === undefined) {
    value = make();
    memory.set(key, value);
  }
  return value;
}
