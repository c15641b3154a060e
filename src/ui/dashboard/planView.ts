/** Tasks and edges to draw: the plan in force, or a proposed revision with its difference to it. Pure. */
import { conflictEdges } from '../../core/forecast.js';
import { levels as levelsOf, adjacency } from '../../core/graph.js';
import type { Edge, Plan, Problem, Task } from '../../core/plan.js';
import { checkPlan, sharedGlobs } from '../../core/planCheck.js';
import type { RunState } from '../../core/run.js';
import { hasStarted } from '../../core/task.js';
import type { EdgeView, TaskView } from '../../shared/protocol.js';
import type { TaskContext } from './taskView.js';
import { proposedTaskView, taskView } from './taskView.js';

export interface PlanView {
  readonly tasks: readonly TaskView[];
  readonly edges: readonly EdgeView[];
  readonly levels: number;
  readonly warnings: readonly Problem[];
}

/** The plan's tasks and edges, and an edge for every conflict that is forecast between them. */
export function planView(context: TaskContext): PlanView {
  const view = plannedView(context);
  const shown = new Set(view.tasks.map((task) => task.id));
  const ahead = conflictEdges(context.forecast).filter(({ from, to }) => shown.has(from) && shown.has(to));
  // Levels are of the plan: a conflict orders nothing.
  return ahead.length === 0 ? view : { ...view, edges: [...view.edges, ...ahead] };
}

function plannedView(context: TaskContext): PlanView {
  const { state } = context;
  const inForce = [...state.tasks.values()];
  if (state.proposal === undefined) {
    return { tasks: inForce.map((run) => taskView(run, context)), ...graph(inForce.map((run) => run.task), state.edges), warnings: [] };
  }
  const { plan } = state.proposal;
  const check = checkPlan(effectivePlan(state, plan), { teamHasGate: state.team.gate.length > 0 });
  const warnings = check.problems.filter((problem) => problem.severity === 'warning');
  if (state.revision === 0) {
    const tasks = plan.tasks.map((task) => {
      const run = state.tasks.get(task.id);
      return run === undefined ? proposedTaskView(task, state, state.proposal?.at ?? state.createdAt) : taskView({ ...run, task }, context);
    });
    return { tasks, ...graph(plan.tasks, check.edges), warnings };
  }
  const tasks = revisedTasks(context, plan, state.proposal.at);
  return { tasks, ...graph(tasksOf(state, plan), [...check.edges, ...edgesOfRemoved(state, plan)]), warnings };
}

/** What would be in force after approval: started tasks stay, the untouched ones are replaced by the proposal's. */
function effectivePlan(state: RunState, plan: Plan): Plan {
  const kept = [...state.tasks.values()].filter((run) => hasStarted(run)).map((run) => run.task);
  const ids = new Set(kept.map((task) => task.id));
  return { ...plan, tasks: [...kept, ...plan.tasks.filter((task) => !ids.has(task.id))] };
}

/** Everything to draw: what would be in force, and what would go. */
function tasksOf(state: RunState, plan: Plan): readonly Task[] {
  const tasks = effectivePlan(state, plan).tasks;
  const ids = new Set(tasks.map((task) => task.id));
  return [...tasks, ...[...state.tasks.values()].map((run) => run.task).filter((task) => !ids.has(task.id))];
}

function edgesOfRemoved(state: RunState, plan: Plan): readonly Edge[] {
  const stays = new Set(effectivePlan(state, plan).tasks.map((task) => task.id));
  return state.edges.filter((edge) => !stays.has(edge.from) || !stays.has(edge.to));
}

function revisedTasks(context: TaskContext, plan: Plan, at: number): readonly TaskView[] {
  const { state } = context;
  const proposed = new Map(plan.tasks.map((task) => [task.id, task]));
  const views = [...state.tasks.values()].map((run): TaskView => {
    if (hasStarted(run)) return { ...taskView(run, context), difference: 'same' };
    const next = proposed.get(run.task.id);
    if (next === undefined) return { ...taskView(run, context), difference: 'removed' };
    return { ...taskView({ ...run, task: next }, context), difference: sameTask(run.task, next) ? 'same' : 'changed' };
  });
  const added = plan.tasks
    .filter((task) => !state.tasks.has(task.id))
    .map((task): TaskView => ({ ...proposedTaskView(task, state, at), difference: 'added' }));
  return [...views, ...added];
}

function sameTask(a: Task, b: Task): boolean {
  return canonical(a) === canonical(b);
}

/** JSON with sorted keys: two tasks are the same whatever the order in which their fields were written. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value as Record<string, unknown>)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}

function graph(tasks: readonly Task[], edges: readonly Edge[]): Pick<PlanView, 'edges' | 'levels'> {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const views = edges.map((edge): EdgeView => {
    const from = byId.get(edge.from);
    const to = byId.get(edge.to);
    return edge.why === 'overlap' && from !== undefined && to !== undefined ? { ...edge, paths: sharedGlobs(from, to) } : edge;
  });
  return { edges: views, levels: levelsOf(adjacency(byId.keys(), edges)).length };
}
