/** What planners and executors are told. Plain text for any CLI; everything from outside is quoted as material. */
import { targetBranch } from './change.js';
import { STATE_WORDS, hasStarted, isUntouched } from './task.js';
import type { Problem } from './plan.js';
import type { RunState, TaskRun } from './run.js';
import type { OtherSide } from './otherSide.js';
import type { ReviewComment } from './wishes.js';

export interface PlanningFacts {
  readonly goal: string;
  readonly branch: string;
  /** Tracked paths, possibly cut. */
  readonly files: readonly string[];
  readonly filesCut: boolean;
  /** Commands found in the repository that check it, e.g. `npm test`. */
  readonly checks: readonly string[];
  readonly team: string;
}

const RULES = `Rules of a good plan
- Shared foundation first: types, interfaces, schemas and files that several tasks need are one early task that the others depend on. Fix the interfaces there (names, signatures, file places) so that the others can build against them without talking to each other.
- Tasks own disjoint files. Two tasks that own the same file are put in order and cannot run in parallel. New files are owned too: name them.
- Each task is small enough for one focused session of one agent that sees only its own instructions, its contract and the repository: say in the instructions everything it must know.
- dependsOn only where the work of the other task is really needed.
- acceptance: sentences that can be checked. gate: command lines that prove them, taken from the repository's own checks; they run on the result merged with the base and are judged by exit code.
- owns and offLimits are globs relative to the repository root with "/": *, **, ?, {a,b}, [...]. No leading "/", no "..", no negation.
- tier: "fast" for mechanical work, "standard" for ordinary work, "deep" for design and tricky code.
- If the goal is one sequential piece of work that needs no team, answer one task and say so in "note".`;

const SHAPE = `Answer with one JSON object and nothing else:
{"version":1,"goal":"…","tasks":[{"id":"lowercase-id","title":"…","instructions":"…","dependsOn":["other-id"],"contract":{"owns":["src/db/**"],"offLimits":[],"acceptance":["…"],"gate":["npm test"]},"tier":"standard"}],"note":"…"}
ids match ^[a-z0-9][a-z0-9-]{0,39}$ and are unique.`;

/** The planner's prompt for a new goal. */
export function planPrompt(facts: PlanningFacts): string {
  return [
    'You plan the work of a small team of coding agents. You read this repository and decompose the goal into a DAG of bounded tasks. Do not change any file and do not run anything that does.',
    '',
    RULES,
    '',
    repository(facts),
    '',
    'The goal',
    quoted(facts.goal),
    '',
    SHAPE,
  ].join('\n');
}

/** Sent to the same session when the answer cannot be used. */
export function correctionPrompt(problems: readonly Problem[] | string): string {
  const list = typeof problems === 'string' ? problems : problems.map((problem) => `- ${problem.code}: ${problem.message}`).join('\n');
  return ['Your plan cannot be used as it is:', list, '', 'Answer the whole corrected plan.', SHAPE].join('\n');
}

/** The person looked at the proposal and wants it different. */
export function changesPrompt(facts: PlanningFacts, plan: string, wish: string): string {
  return [planPrompt(facts), '', 'You proposed this plan:', plan, '', 'The person who reviews it asks for these changes:', quoted(wish), '', 'Answer the whole changed plan.'].join('\n');
}

/** Plan again what has neither landed nor started. */
export function replanPrompt(facts: PlanningFacts, state: RunState, failing: TaskRun | undefined, evidence: string, feedback: string | undefined): string {
  const tasks = [...state.tasks.values()].map((each) => ({
    id: each.task.id,
    title: each.task.title,
    state: isUntouched(each.state) && hasStarted(each) ? 'Started' : STATE_WORDS[each.state],
    dependsOn: each.task.dependsOn,
    contract: each.task.contract,
    ...(each.reason !== undefined && { why: each.reason.text }),
  }));
  return [
    'You planned this work; part of it has been done. Plan the rest again.',
    '',
    RULES,
    '',
    repository(facts),
    '',
    'The goal',
    quoted(facts.goal),
    '',
    'The present tasks and where they are. Tasks that are Proposed or Waiting are replaced by your answer; all others stay exactly as they are and must not be in your answer (you may depend on their ids, except on dropped ones):',
    JSON.stringify(tasks, undefined, 1),
    ...(failing === undefined ? [] : ['', `The task that fails is "${failing.task.id}". If its work should be done differently, plan new tasks with new ids; the person can drop the failing one.`, 'Its evidence:', quoted(evidence)]),
    ...(feedback === undefined || feedback === '' ? [] : ['', 'The person says:', quoted(feedback)]),
    '',
    SHAPE,
  ].join('\n');
}

function repository(facts: PlanningFacts): string {
  return [
    `The repository is at branch ${facts.branch}.`,
    facts.checks.length > 0 ? `Its own checks: ${facts.checks.map((check) => `\`${check}\``).join(', ')}.` : 'No check of its own was recognised: propose a gate that fits the language, or a first task that adds one.',
    facts.team,
    `Its files${facts.filesCut ? ' (the first ones)' : ''}:`,
    facts.files.join('\n'),
  ].join('\n');
}

/** What an executor is told for its first attempt. */
export function taskPrompt(state: RunState, task: TaskRun): string {
  const { contract } = task.task;
  const landed = [...state.tasks.values()].filter((each) => task.task.dependsOn.includes(each.task.id));
  return [
    `You work on one task of a larger goal, alone in your own git worktree. Other agents work on other tasks at the same time.`,
    '',
    `Task: ${task.task.title}`,
    task.task.instructions,
    '',
    'Your contract',
    `- You may change only: ${contract.owns.join(', ')}`,
    ...(contract.offLimits.length > 0 ? [`- You must not touch: ${contract.offLimits.join(', ')}`] : []),
    ...contract.acceptance.map((line) => `- It must hold: ${line}`),
    ...(contract.gate.length > 0 ? [`- It is checked by: ${contract.gate.map((line) => `\`${line}\``).join(', ')}, on your work merged with ${state.base.branch}`] : []),
    '- Stay inside this directory. Do not switch branches, push, stash or rewrite history. You need not commit: what you leave is committed for you.',
    ...(landed.length > 0 ? ['', `Already done before you: ${landed.map((each) => each.task.title).join('; ')}.`] : []),
    '',
    'The larger goal, for orientation only:',
    quoted(state.goal),
    '',
    'Do the whole task now, then end with one or two sentences on what you did.',
  ].join('\n');
}

/** A retry in the same session: the feedback alone. In a fresh one: the task again, then the feedback. */
export function retryPrompt(state: RunState, task: TaskRun, feedback: string, resumed: boolean): string {
  if (resumed) return feedback;
  return [taskPrompt(state, task), '', 'An earlier attempt left its work in this worktree; go on from there. What was said about it:', feedback].join('\n');
}

/** To a session that was cut off. `told`: what it was told then, which it may not have heard. */
export function continuePrompt(told: string | undefined): string {
  return ['Go on with the task where you left off.', ...(told === undefined ? [] : ['', 'What you were told last:', told])].join('\n');
}

/** The task again, for a fresh session that goes on from a checkpoint. */
export function handOffPrompt(state: RunState, task: TaskRun, checkpoint: string): string {
  return [taskPrompt(state, task), '', checkpoint].join('\n');
}

/** A person's words and review comments as feedback for an agent. */
export function personFeedback(text: string | undefined, comments: readonly ReviewComment[]): string {
  return [
    ...(text !== undefined && text.trim() !== '' ? [text.trim()] : []),
    ...(comments.length > 0 ? ['Review comments on your changes:', ...comments.map((each) => `- ${each.path}:${String(each.line)}: ${each.text}`)] : []),
  ].join('\n') || 'Please try again.';
}

/** What an agent has to know of a conflict that is laid out in its worktree. */
export interface ConflictBrief {
  readonly paths: readonly string[];
  /** git's own sentences; they name commits by their ids. */
  readonly notes: readonly string[];
  readonly others: OtherSide;
}

/** For the agent that resolves a conflict: both sides' intent, and where the markers are. */
export function conflictFeedback(state: RunState, task: TaskRun, { paths, notes, others }: ConflictBrief, said: string): string {
  const branch = targetBranch(state);
  const own = task.head?.commit;
  const readable = (note: string) => note.replaceAll(/[0-9a-f]{40}(?:[0-9a-f]{24})?/gu, (id) => (id === own ? 'your branch' : branch));
  return [
    `${branch} moved while you worked, and your changes conflict with it in: ${paths.join(', ')}. The merged files, with conflict markers, are in your worktree now; everything else of ${branch} is merged already.`,
    ...(notes.length === 0 ? [] : ['git says:', ...notes.map((note) => `- ${readable(note)}`)]),
    `Resolve the conflicts by editing these files: keep the intent of both sides and leave no marker. Where a file has no markers (deleted on one side, renamed twice, binary, a link), or lies there a second time as <name>~<commit>, leave the one version under the one name that should land. Do not run git merge or git commit.`,
    '',
    ...intent('Your side', task),
    ...others.tasks.flatMap((each) => ['', ...intent('The other side, landed', each)]),
    ...others.commits.flatMap((each) => ['', `The other side, a commit by ${each.author}:`, quoted(cut(each.message))]),
    ...(said === '' ? [] : ['', `The person adds: ${said}`]),
  ].join('\n');
}

function intent(side: string, { task }: TaskRun): readonly string[] {
  return [
    `${side}: ${task.title}.`,
    ...(task.instructions.trim() === '' ? [] : [quoted(cut(task.instructions))]),
    `It owns ${task.contract.owns.join(', ')}.`,
    ...task.contract.acceptance.map((line) => `It must hold: ${line}`),
  ];
}

/** The beginning says what something is about. */
function cut(text: string): string {
  const trimmed = text.trim();
  return trimmed.length <= 1_000 ? trimmed : `${trimmed.slice(0, 1_000)} …`;
}

function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}
