/** What to run next when a run rests: for each task exactly the command that its reason asks for. */
import { greenResults } from '../core/earlier.js';
import { goesOn, waitsForYou } from '../core/stopping.js';
import { runAmount, taskAmount } from '../core/bill.js';
import { PLANNER } from '../core/events.js';
import { awaitsLanding } from '../core/change.js';
import { holdsLanding, openLeaks } from '../core/leak.js';
import { decide } from '../core/scheduler.js';
import type { RunState, TaskRun } from '../core/run.js';
import { quote } from './words.js';

export interface Step {
  readonly command: string;
  readonly why: string;
  /** The task it is about. */
  readonly task?: string;
  /** It is about the proposed plan. */
  readonly plan?: true;
}

/** What must stand behind a command so that it means this run of this repository. */
export interface Where {
  /** Given with `--repo`; absent when the person is in the repository. */
  readonly repo?: string;
  /** The run is not the newest, so that commands about a task must name it. */
  readonly older?: boolean;
}

/** Commands that move a resting run on, in plan order; the last one makes it go on. */
export function nextSteps(state: RunState, where: Where = {}): readonly Step[] {
  const repo = where.repo === undefined ? '' : ` --repo ${quote(where.repo)}`;
  const tail = `${where.older === true ? ` --run ${state.run}` : ''}${repo}`;
  const say = (words: string, why: string): Step => ({ command: `switchyard ${words}${tail}`, why });
  const resume = (why: string, more = ''): Step => ({ command: `switchyard resume ${state.run}${more}${repo}`, why });
  const left: readonly Step[] = openLeaks({ leaks: state.plannerLeaks ?? [] }).length === 0 ? [] : [{ ...say('leak planner --undo', 'take back what the planner changed outside its own copy; or: --keep'), task: PLANNER }];
  if (state.discarded) return left;
  if (state.proposal !== undefined) return [...left, { ...say('approve', `approve the plan (revision ${String(state.proposal.revision)})`), plan: true }, resume('then go on')];
  if (state.revision === 0) return [];

  const waits = decide(state).waits;
  const steps: Step[] = awaitsLanding(state) ? [...left, { command: `switchyard land ${state.run}${repo}`, why: `land ${state.integration?.branch ?? 'the run'} on ${state.base.branch}` }] : [...left];
  const overBudget: TaskRun[] = [];
  const dropped = new Set<string>();
  for (const task of state.tasks.values()) {
    const wait = waits.get(task.task.id);
    if (isBudget(task, wait?.kind)) overBudget.push(task);
    else steps.push(...stepsFor(task).map(([words, why]) => ({ ...say(words, why), task: task.task.id })));
    for (const id of wait?.kind === 'blocked' ? (wait.tasks ?? []) : []) if (state.tasks.get(id)?.state === 'dropped') dropped.add(id);
  }
  if ([...waits.values()].some((wait) => wait.kind === 'disk')) steps.push({ command: `switchyard clean${repo}`, why: 'make room: it removes what has landed; or free some by hand' });
  for (const id of dropped) steps.push(say('replan', `others wait for ${id}, which was dropped; or bring it back: switchyard retry ${id}`));
  const stopped = state.stopped || state.paused || [...state.tasks.values()].some(goesOn);
  const moved = steps.length > 0 ? 'then go on' : 'go on';
  if (overBudget.length > 0) return [...steps, resume(`${moved}, with a higher budget`, higherBudget(state, overBudget))];
  return stopped || steps.length > 0 ? [...steps, resume(moved)] : [];
}

/** Aligned lines for people. */
export function stepLines(steps: readonly Step[]): readonly string[] {
  const wide = Math.min(60, Math.max(0, ...steps.map(({ command }) => command.length)));
  return steps.map(({ command, why }) => `  ${command.padEnd(wide)}   # ${why}`);
}

function stepsFor(task: TaskRun): readonly (readonly [words: string, why: string])[] {
  const leaks = openLeaks(task);
  if (leaks.length === 0) return ownSteps(task);
  const held = holdsLanding(task) ? '; its landing waits for that' : '';
  return [[`leak ${task.task.id} --move`, `take in what its agent changed outside its worktree; or: --keep, --undo${held}`], ...ownSteps(task)];
}

function ownSteps(task: TaskRun): readonly (readonly [words: string, why: string])[] {
  const [green] = task.state === 'ready' || task.state === 'needs-you' ? greenResults(task) : [];
  return green === undefined || task.approved ? stepsOn(task) : [...stepsOn(task), [`back ${task.task.id}`, `or take the green result of attempt ${String(green.attempt)} again; what came after is saved`]];
}

function stepsOn(task: TaskRun): readonly (readonly [words: string, why: string])[] {
  const { id } = task.task;
  const retry = (why: string) => [`retry ${id}`, why] as const;
  const told = (why: string) => [`retry ${id} --feedback "…"`, `${why}, with your words; or: replan, takeover, drop`] as const;
  const check = (why: string) => [`check-again ${id}`, why] as const;
  if (task.state === 'ready' && !task.approved) return [[`approve ${id}`, `merge it; look first: switchyard diff ${id}`]];
  if (task.state === 'in-review' && task.pullRequest?.url !== undefined) return [[`check-again ${id}`, `when its pull request is merged: ${task.pullRequest.url}`]];
  if (waitsForYou(task)) return [retry('you stopped it; it goes on where it was')];
  if (task.state !== 'needs-you') return [];
  const { reason } = task;
  switch (reason?.kind) {
    case 'boundary':
      return [[`allow ${id} ${(reason.paths ?? []).map(quote).join(' ')}`.trim(), 'keep these changes, though the task does not own them'], told('or send it back')];
    case 'taken-over':
      return [check('when you are done with its session')];
    case 'gate-broken-on-base':
      return [check('when the base is repaired')];
    case 'unproven':
      return [[`approve ${id}`, `merge it unproven; look first: switchyard diff ${id}`], told('or send it back')];
    case 'conflict':
      if (task.conflict?.by === 'person') return [check(`when you have resolved it in ${task.worktree ?? 'its worktree'}`), [`resolve ${id} ${(reason.paths ?? []).map(quote).join(' ')} --side ours`.replace('  ', ' '), 'keep one side whole: ours, theirs, base or as-is']];
      return [retry('the agent resolves the conflict'), [`resolve ${id}`, 'or resolve it yourself']];
    case 'checkout-in-the-way':
      return [[`approve ${id}`, 'when your own changes are out of the way']];
    case 'pull-request':
      return [told('its pull request was closed; the next attempt')];
    case 'merge-failed':
      return task.receipt === undefined ? [check('when what stopped it is repaired')] : [[`approve ${id}`, 'when what stopped it is repaired']];
    case 'gate-failed':
      // A gate that could not even begin says nothing about the work.
      return task.gates.at(-1)?.results.at(-1)?.exitCode === null && task.gates.at(-1)?.note !== undefined ? [check('the gate runs once more')] : [told('the next attempt')];
    case 'worktree-missing':
    case 'set-up-failed':
      return [retry('makes its worktree again')];
    case 'nothing-changed':
      return [told('the next attempt')];
    case 'agent-failed':
      return [retry('when that is repaired; it goes on with what it has')];
    default:
      return [told('the next attempt')];
  }
}

function isBudget(task: TaskRun, waits: string | undefined): boolean {
  if (task.state === 'waiting') return waits === 'budget';
  return task.state === 'needs-you' && (task.reason?.kind === 'budget' || task.reason?.failure === 'budget');
}

/** Twice what held them: an amount that a person can change before pressing Enter. */
function higherBudget(state: RunState, tasks: readonly TaskRun[]): string {
  const { runUsd, taskUsd } = state.team.limits;
  const byTask = tasks.filter((task) => taskUsd !== undefined && taskAmount(state, task.task.id).usd >= taskUsd);
  const run = byTask.length === tasks.length || runUsd === undefined ? '' : ` --budget-usd ${dollars(2 * Math.max(runUsd, runAmount(state).usd))}`;
  const task = byTask.length === 0 || taskUsd === undefined ? '' : ` --task-budget-usd ${dollars(2 * taskUsd)}`;
  return `${run}${task}`;
}

function dollars(amount: number): string {
  return String(Math.ceil(amount * 100) / 100);
}
