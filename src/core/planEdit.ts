/** A person's edits of a proposed plan. */
import type { Contract, Plan, PlanCheck, Task } from './plan.js';
import { checkPlanInput } from './planCheck.js';
import type { PlanEdit } from './wishes.js';

/** Applies one edit. The result is checked: an edit that breaks the plan is refused with the reason and changes nothing. */
export function editPlan(plan: Plan, edit: PlanEdit): { readonly plan: Plan; readonly check: PlanCheck } | { readonly refused: string } {
  if (!plan.tasks.some((task) => task.id === edit.task)) return { refused: `There is no task "${edit.task}" in the proposed plan.` };
  const edited = edit.kind === 'remove' ? removed(plan, edit.task) : changed(plan, edit);
  if (edited.tasks.length === 0) return { refused: 'The last task of a plan cannot be removed; discard the plan instead.' };
  if (edited.tasks.some((task) => task.title.trim() === '')) return { refused: 'A task needs a title.' };
  // The whole check again, shape included: an edit is outside input like the plan was.
  const { plan: good, ...check } = checkPlanInput(edited);
  const problem = check.problems.find((each) => each.severity !== 'warning');
  return good !== undefined ? { plan: good, check } : { refused: `${sentence(problem?.message ?? 'the plan is not valid')} The plan is unchanged.` };
}

function changed(plan: Plan, edit: Extract<PlanEdit, { kind: 'task' }>): Plan {
  return {
    ...plan,
    tasks: plan.tasks.map((task): Task => {
      if (task.id !== edit.task) return task;
      return {
        ...task,
        ...(edit.title !== undefined && { title: edit.title.trim() }),
        ...(edit.instructions !== undefined && { instructions: edit.instructions }),
        ...(edit.tier !== undefined && { tier: edit.tier }),
        ...(edit.dependsOn !== undefined && { dependsOn: filled(edit.dependsOn) }),
        contract: { ...task.contract, ...mapLists(edit.contract) },
      };
    }),
  };
}

function mapLists(contract: Partial<Contract> = {}): Partial<Contract> {
  return Object.fromEntries(Object.entries(contract).map(([name, lines]) => [name, filled(lines)]));
}

/** A blank line of a text field is no entry; as a gate command it would even pass. */
function filled(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** Who depended on the removed task now depends on what it depended on, so that no order is lost. */
function removed(plan: Plan, id: string): Plan {
  const inherited = plan.tasks.find((task) => task.id === id)?.dependsOn ?? [];
  return {
    ...plan,
    tasks: plan.tasks
      .filter((task) => task.id !== id)
      .map((task) => (task.dependsOn.includes(id) ? { ...task, dependsOn: [...new Set([...task.dependsOn.filter((on) => on !== id), ...inherited])] } : task)),
  };
}

function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
