/** Commands that record a wish in the inbox and return; the holder, or `resume`, acts on it. */
import { awaitsLanding } from '../core/change.js';
import { greenResults } from '../core/earlier.js';
import type { KeptSide, RunState, TaskRun } from '../core/run.js';
import { isActive, isOver, stateClause, stateWords } from '../core/task.js';
import type { Wish } from '../core/wishes.js';
import { reasonText } from '../core/reasonWords.js';
import type { EngineSession } from '../engine/session.js';
import type { Consent } from './consent.js';
import { needConsent } from './consent.js';
import type { ExitCode, Output } from './output.js';
import { EXIT, UsageError } from './output.js';
import { stateOf, taskOf } from './state.js';
import { count, quote } from './words.js';

export const WISHES = ['approve', 'retry', 'allow', 'check-again', 'resolve', 'replan', 'back', 'drop', 'land', 'bring-in', 'stop', 'pause', 'go-on', 'discard'] as const;
export type WishCommand = (typeof WISHES)[number];

export interface WishOptions {
  readonly run?: string;
  readonly task?: string;
  /** Further arguments: the paths of `allow` and `resolve`. */
  readonly paths: readonly string[];
  /** What `resolve` keeps. */
  readonly side?: string;
  /** Where `back` goes to. */
  readonly attempt?: number;
  readonly feedback?: string;
  readonly consent: Consent;
}

/** A command that records a wish for the holder instead of acting itself. */
export function isWishCommand(name: string): name is WishCommand {
  return (WISHES as readonly string[]).includes(name);
}

/** Records a wish, after refusing what the engine would refuse anyway: here somebody still reads the answer. */
export async function recordWish(session: EngineSession, what: WishCommand, options: WishOptions, output: Output): Promise<ExitCode> {
  const state = await stateOf(session, options.run);
  const holder = await session.holderNow();
  const wish = wishFor(state, what, options);
  const refusal = 'task' in wish ? refused(state, taskOf(state, wish.task), what, holder !== undefined, 'paths' in wish ? wish.paths : []) : undefined;
  if (refusal !== undefined) throw new UsageError(refusal);
  if (wish.type === 'approve-plan') await needConsent(session, state.team.permissions, options.consent, output);
  const answer = await session.wish(wish);
  if (!answer.ok) throw new UsageError(answer.reason);
  output.object({ type: 'wish.recorded', run: state.run, wish, ...(holder !== undefined && { heldBy: holder }) });
  output.result(`${wishWords(wish)}: recorded. ${holder === undefined ? `Next: switchyard resume ${state.run}` : `${holder} acts on it.`}`);
  return EXIT.done;
}

function wishFor(state: RunState, what: WishCommand, options: WishOptions): Wish {
  const { run } = state;
  const feedback = options.feedback === undefined ? {} : { feedback: options.feedback };
  const named = options.task === undefined ? {} : { task: taskOf(state, options.task).task.id };
  switch (what) {
    case 'approve':
      if (options.task !== undefined) return { type: 'approve', run, task: taskOf(state, options.task).task.id, ...feedback };
      if (options.feedback !== undefined) throw new UsageError(`--feedback is kept with a task: switchyard approve TASK --feedback "…". To have the plan changed: switchyard replan --feedback "…". Nothing was recorded.`);
      if (state.proposal === undefined && awaitsLanding(state)) return { type: 'land-run', run };
      if (state.proposal === undefined) throw new UsageError(`${run} has no proposed plan to approve. Which task? It has: ${[...state.tasks.keys()].join(', ')}`);
      return { type: 'approve-plan', run, revision: state.proposal.revision };
    case 'land':
      if (!awaitsLanding(state)) throw new UsageError(`${run} has nothing to land as a whole: only a run with an integration branch has, once every task is in.`);
      return { type: 'land-run', run };
    case 'bring-in':
      return { type: 'bring-in', run };
    case 'replan':
      return { type: 'replan', run, ...named, ...feedback };
    case 'stop':
      return { type: 'stop', run, ...named };
    case 'pause':
      return { type: 'pause', run };
    case 'go-on':
      return { type: 'go-on', run };
    case 'discard':
      if (state.proposal === undefined && state.revision > 0) throw new UsageError(`${run} has no proposed plan to discard.`);
      return { type: 'discard-plan', run };
    default:
  }
  const task = taskOf(state, options.task);
  const { id } = task.task;
  if (what === 'retry') return { type: 'retry', run, task: id, ...feedback };
  if (what === 'back') return { type: 'back', run, task: id, ...(options.attempt !== undefined && { attempt: options.attempt }) };
  if (what === 'check-again') return { type: 'check', run, task: id };
  if (what === 'drop') return { type: 'drop', run, task: id, ...feedback };
  if (what === 'resolve') return { type: 'resolve-conflict', run, task: id, ...keptOf(options) };
  const paths = options.paths.length > 0 ? options.paths : (task.reason?.paths ?? []);
  return { type: 'allow-paths', run, task: id, paths };
}

const SIDES: readonly KeptSide[] = ['ours', 'theirs', 'base', 'as-is'];

function keptOf({ side, paths }: WishOptions): { readonly keep?: KeptSide; readonly paths?: readonly string[] } {
  const keep = SIDES.find((each) => each === side);
  if (side !== undefined && keep === undefined) throw new UsageError(`"${side}" is no side. The sides are: ${SIDES.join(', ')}.`);
  if (keep === undefined && paths.length > 0) throw new UsageError('Which side of these paths? --side ours, theirs, base or as-is. Without paths the whole conflict is laid out.');
  return keep === undefined ? {} : { keep, ...(paths.length > 0 && { paths }) };
}

/** What the writer would refuse anyway is said at once; `undefined` when the wish may pass. */
function refused(state: RunState, task: TaskRun, what: WishCommand, held: boolean, paths: readonly string[]): string | undefined {
  const { id } = task.task;
  const why = task.reason === undefined ? '' : ` (${reasonText(task.reason)})`;
  const is = `${id} ${stateClause(task.state)}`;
  if (what === 'replan') return undefined;
  if (task.state === 'landed') return `${id} has already landed; there is nothing to ${what === 'check-again' ? 'check' : what}.`;
  if (state.revision === 0) return `The plan of ${state.run} has not been approved yet: switchyard approve`;
  // Nobody works on it: what the log says was true when its holder went away.
  if (isActive(task.state) && !held && (what === 'retry' || what === 'check-again' || what === 'allow')) {
    return `${id} was ${stateWords(task.state)} when the run was left. switchyard resume ${state.run} finds out what became of it first.`;
  }
  switch (what) {
    case 'approve': {
      const green = task.state === 'ready' || (task.state === 'needs-you' && (task.receipt !== undefined || task.reason?.kind === 'unproven'));
      return green ? undefined : `${is}${why}; only a green task can be approved.`;
    }
    case 'retry':
      return ['needs-you', 'stopped', 'ready', 'in-review', 'dropped'].includes(task.state) ? undefined : `${is}${why}; there is nothing to retry. ${isActive(task.state) ? `Stop it first (switchyard stop ${id}), or wait until it is done.` : ''}`.trim();
    case 'back':
      if (!['needs-you', 'stopped', 'ready'].includes(task.state)) return `${is}${why}; it goes back only while it rests.`;
      return greenResults(task).length > 0 ? undefined : `${id} has no earlier green result to go back to.`;
    case 'allow':
      return task.reason?.kind === 'boundary' ? notNamed(task, paths) : `${is}${why}; it has no paths to allow.`;
    case 'resolve':
      return task.state === 'needs-you' && (task.conflict !== undefined || task.reason?.kind === 'conflict') ? undefined : `${is}${why}; it has no conflict to resolve now.`;
    case 'check-again':
      return ['needs-you', 'stopped', 'ready'].includes(task.state) || task.pullRequest !== undefined ? undefined : `${is}${why}; there is nothing to check now.`;
    case 'drop':
      return isOver(task.state) ? `${id} was dropped already.` : undefined;
    case 'stop':
      return isActive(task.state) || task.state === 'waiting' ? undefined : `${is}; nothing of it runs.`;
    default:
      return undefined;
  }
}

/** A path with a typing error would be allowed and change nothing. */
function notNamed(task: TaskRun, paths: readonly string[]): string | undefined {
  const outside = [...new Set([...task.violations.map((each) => each.path), ...(task.reason?.paths ?? [])])];
  const wrong = paths.find((path) => !outside.includes(path));
  return wrong === undefined ? undefined : `${wrong} is none of the paths that ${task.task.id} changed outside what it owns. They are: ${outside.join(', ')}`;
}

const KEPT: Readonly<Record<KeptSide, string>> = { ours: "as the task's", theirs: 'as landed', base: 'as both began', 'as-is': 'as it is' };

/** A wish in a few words: `retry db`, `allow db package.json`. */
export function wishWords(wish: Wish): string {
  switch (wish.type) {
    case 'approve-plan':
      return `approve the plan (revision ${String(wish.revision)})`;
    case 'edit-plan':
      return `edit ${wish.edit.task}`;
    case 'discard-plan':
      return 'discard the plan';
    case 'ask-changes':
      return 'ask for changes of the plan';
    case 'allow-paths':
      return wish.paths.length > 3 ? `allow ${wish.task} ${count(wish.paths.length, 'path')}` : `allow ${wish.task} ${wish.paths.map(quote).join(' ')}`;
    case 'resolve-conflict':
      return `resolve ${wish.task}${wish.keep === undefined ? '' : `, keeping ${wish.paths === undefined ? 'every path' : wish.paths.join(', ')} ${KEPT[wish.keep]}`}`;
    case 'check':
      return `check ${wish.task} again`;
    case 'back':
      return `take ${wish.task} back to ${wish.attempt === undefined ? 'its last green result' : `attempt ${String(wish.attempt)}`}`;
    case 'take-over':
      return `take over ${wish.task}`;
    case 'replan':
      return wish.task === undefined ? 'replan' : `replan because of ${wish.task}`;
    case 'stop':
      return wish.task === undefined ? 'stop' : `stop ${wish.task}`;
    case 'land-run':
      return 'land the run';
    case 'undo':
      return wish.task === undefined ? 'undo the landing of the run' : `undo ${wish.task}`;
    case 'bring-in':
      return 'bring in what the remote has';
    case 'pause':
      return 'pause';
    case 'go-on':
      return 'go on';
    default:
      return `${wish.type} ${wish.task}`;
  }
}
