/** Every command of the headless face as data: what it takes, what it answers, one example. Help and parsing read it. */
import { EXIT } from './output.js';

/** `value` names what an option takes; a switch has none. */
export interface OptionSpec {
  readonly value?: string;
  readonly about: string;
}

export const OPTIONS = {
  repo: { value: 'DIR', about: 'a folder in the repository (default: here)' },
  json: { about: 'JSON lines on stdout and nothing else there' },
  help: { about: 'this text' },
  run: { value: 'RUN', about: 'which run, e.g. r2 (default: the newest)' },
  yes: { about: 'approve the plan, and land every task that is green' },
  'consent-full': { about: 'allow agents everything where the team file says "permissions": "full"; once per repository' },
  out: { value: 'FILE', about: 'write it here' },
  from: { value: 'FILE.md', about: 'an outline (a Markdown list); no model is asked' },
  agent: { value: 'ID', about: 'who plans: claude, codex, gemini, opencode or scripted' },
  model: { value: 'M', about: "the planner's model" },
  feedback: { value: 'TEXT', about: 'what the agent (or the planner) is told; for approve and drop, what is kept with the task' },
  'max-parallel': { value: 'N', about: 'agents at work at the same time, 1 to 99' },
  'budget-usd': { value: 'X', about: 'dollars that the whole run may cost' },
  'task-budget-usd': { value: 'X', about: 'dollars that one task may cost' },
  csv: { about: 'as CSV' },
  attempt: { value: 'N', about: 'which attempt (default: the last other one with a green gate)' },
  side: { value: 'SIDE', about: "ours (the task's), theirs (what has landed), base (what both began with) or as-is" },
  'dry-run': { about: 'say what would be removed, and remove nothing' },
  move: { about: 'take the changes into the task, where the gate checks them' },
  keep: { about: 'let them stay where they are' },
  all: { about: "the landing of the run's integration branch as a whole" },
  undo: { about: 'take them back where they still are as the agent left them' },
  worktree: { value: 'DIR', about: 'the worktree to look at' },
  into: { value: 'DIR', about: 'a folder that does not exist yet, or is empty' },
  export: { value: 'RUN', about: 'a run whose log is damaged: save what can be read' },
  to: { value: 'FOLDER', about: 'a folder that does not exist yet, or is empty' },
  base: { value: 'REV', about: 'the commit it is compared with' },
  contract: { value: 'FILE.json', about: 'one contract: {"owns":["src/**"],"offLimits":[]}' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export type OptionName = keyof typeof OPTIONS;

export interface CommandSpec {
  /** Behind the command's name: one line a form. */
  readonly usage: readonly string[];
  readonly about: string;
  /** Beside `--repo`, `--json` and `--help`, which all take. */
  readonly options: readonly OptionName[];
  /** How many arguments it takes, itself not counted. */
  readonly takes: readonly [least: number, most: number];
  /** What is missing when there are fewer, as a question. */
  readonly asks?: string;
  readonly exits: readonly (readonly [code: number, meaning: string])[];
  readonly example: string;
}

const DONE = [EXIT.done, 'done'] as const;
const BAD = [EXIT.badInput, 'bad input; nothing was changed'] as const;
const PERSON = [EXIT.needsPerson, 'a person is needed; it prints what to run next'] as const;
const BUDGET = [EXIT.budget, 'a budget stopped it'] as const;
const STOPPED = [EXIT.interrupted, 'stopped by Ctrl+C; agents are stopped, their work is kept'] as const;
const RECORDED = [EXIT.done, 'recorded; "switchyard resume" (or the editor that holds the run) acts on it'] as const;
const MANY = Number.POSITIVE_INFINITY;

/** A command that records a wish about one task. */
const taskWish = (usage: string, about: string, example: string, more: Partial<CommandSpec> = {}): CommandSpec => ({
  usage: [usage],
  about,
  options: ['run'],
  takes: [1, 1],
  asks: 'Which task?',
  exits: [RECORDED, BAD],
  example,
  ...more,
});

export const COMMANDS = {
  plan: {
    usage: ['"<goal>" [--out plan.json] [--agent ID] [--model M]', '--from FILE.md [--out plan.json]'],
    about: 'A planner agent decomposes the goal into a plan. With --from an outline becomes a plan, and no model is asked.',
    options: ['out', 'from', 'agent', 'model', 'consent-full'],
    takes: [0, 1],
    exits: [DONE, BAD, [EXIT.needsPerson, 'the planner gave no usable plan'], STOPPED],
    example: 'switchyard plan "Add an activity feed" --out plan.json',
  },
  check: {
    usage: ['plan.json'],
    about: 'Says everything that is wrong with a plan, and the order of its tasks. Inside a repository (or with --repo) a gate of its team file counts.',
    options: [],
    takes: [1, 1],
    asks: 'Which plan?',
    exits: [[EXIT.done, 'the plan can be run'], [EXIT.badInput, 'it cannot; every problem is named']],
    example: 'switchyard check plan.json',
  },
  run: {
    usage: ['plan.json [--yes] [--max-parallel N] [--budget-usd X]'],
    about: 'Runs a plan: an agent, a branch and a worktree for each task; every result passes its gate. Without --yes it stops at each point where a person decides.',
    options: ['yes', 'max-parallel', 'budget-usd', 'task-budget-usd', 'consent-full'],
    takes: [1, 1],
    asks: 'Which plan?',
    exits: [[EXIT.done, 'everything has landed'], BAD, PERSON, BUDGET, STOPPED],
    example: 'switchyard run plan.json --yes',
  },
  resume: {
    usage: ['[RUN] [--yes] [--max-parallel N] [--budget-usd X]'],
    about: 'Goes on with a run after a stop, a crash, a budget or an approval; acts on the wishes that wait.',
    options: ['run', 'yes', 'max-parallel', 'budget-usd', 'task-budget-usd', 'consent-full'],
    takes: [0, 1],
    exits: [[EXIT.done, 'everything has landed'], BAD, PERSON, BUDGET, STOPPED],
    example: 'switchyard resume --yes',
  },
  status: {
    usage: ['[RUN]'],
    about: 'Every task with its state, why it waits or needs you, which wishes wait, and what to run next.',
    options: ['run'],
    takes: [0, 1],
    exits: [DONE, BAD],
    example: 'switchyard status',
  },
  approve: {
    usage: ['[TASK] [--feedback TEXT]'],
    about: 'Approves the proposed plan; with a task, lands its green result. Your words stay with the task.',
    options: ['run', 'feedback', 'consent-full'],
    takes: [0, 1],
    exits: [RECORDED, BAD],
    example: 'switchyard approve db && switchyard resume',
  },
  retry: taskWish('TASK [--feedback TEXT]', 'The next attempt of a task, in the same worktree and session, with your words.', 'switchyard retry db --feedback "use the existing helper"', { options: ['run', 'feedback'] }),
  allow: taskWish('TASK [PATH…]', 'Lets a task keep changes outside what it owns (default: all that its boundary check named); then it is checked again.', 'switchyard allow db package-lock.json', { takes: [1, MANY] }),
  'check-again': taskWish('TASK', "Runs a task's boundary check and gate once more, e.g. after you took over or repaired the base.", 'switchyard check-again db'),
  resolve: taskWish(
    'TASK [PATH…] [--side SIDE]',
    "Lays a conflict out in the task's worktree for you: edit the files there, then check-again. With --side a path (default: all) is kept whole from one side; once all are decided it is checked.",
    'switchyard resolve db package.json --side theirs && switchyard resume',
    { options: ['run', 'side'], takes: [1, MANY] },
  ),
  replan: {
    usage: ['[TASK] [--feedback TEXT]'],
    about: 'The planner plans the rest again, with the evidence of the task that fails; what has started stays. Approve the result like a plan.',
    options: ['run', 'feedback'],
    takes: [0, 1],
    exits: [RECORDED, BAD],
    example: 'switchyard replan db --feedback "split the migration off"',
  },
  back: taskWish('TASK [--attempt N]', "Takes a task back to an earlier attempt's green result. What came after is saved under refs/switchyard/backup first; the receipt is used again while it holds, else the gate runs.", 'switchyard back db --attempt 1', { options: ['run', 'attempt'] }),
  drop: taskWish('TASK [--feedback TEXT]', 'Gives a task up. Its work is saved under refs/switchyard/backup first. Your words stay with the task.', 'switchyard drop docs', { options: ['run', 'feedback'] }),
  land: {
    usage: ['[RUN]'],
    about: "Lands a run's integration branch on its base, as one gated change.",
    options: ['run'],
    takes: [0, 1],
    exits: [RECORDED, BAD],
    example: 'switchyard land r1',
  },
  'bring-in': {
    usage: ['[RUN]'],
    about: 'Moves the base up to its branch on the remote, as the last git fetch left it; only forward, and over none of your files.',
    options: ['run'],
    takes: [0, 1],
    exits: [RECORDED, BAD],
    example: 'git fetch && switchyard bring-in',
  },
  undo: {
    usage: ['TASK', '--all'],
    about: 'Takes a landing back, or with --all that of a run that landed as a whole: the revert is gated and landed like any other change, by a pull request where landings are. In a run that is not over it is recorded as a wish.',
    options: ['run', 'all'],
    takes: [0, 1],
    exits: [DONE, BAD, [EXIT.needsPerson, 'it could not be undone and nothing was changed, or its pull request is open']],
    example: 'switchyard undo db',
  },
  stop: taskWish('[TASK]', "Stops a task's agent, or every agent of the run; all work is kept.", 'switchyard stop', { takes: [0, 1] }),
  pause: taskWish('', 'Starts nothing new; what runs goes on.', 'switchyard pause', { takes: [0, 0] }),
  'go-on': taskWish('', 'Ends a pause or a stop in the editor that holds the run. Where nobody holds it, "switchyard resume" does.', 'switchyard go-on', { takes: [0, 0] }),
  discard: taskWish('', 'Throws the proposed plan away: the whole run if nothing was approved yet, else only the new revision.', 'switchyard discard', { takes: [0, 0] }),
  leak: {
    usage: ['TASK [--move | --keep | --undo]'],
    about: 'What an agent changed outside its worktree, and what becomes of it; the task lands after that. Without a choice it is only shown.',
    options: ['run', 'move', 'keep', 'undo'],
    takes: [1, 1],
    asks: 'Which task?',
    exits: [DONE, BAD],
    example: 'switchyard leak db --undo',
  },
  diff: { ...taskWish('TASK', 'What a task changed, as a unified diff against what it was last brought up to date with.', 'switchyard diff db'), exits: [DONE, BAD] },
  takeover: { ...taskWish('TASK', "Prints the command that opens the agent's own CLI on the task's session; on a terminal, runs it.", 'switchyard takeover db'), exits: [DONE, BAD] },
  bill: {
    usage: ['[RUN] [--csv]'],
    about: 'Tokens and money by task, attempt, role and model. What is unknown is shown as unknown.',
    options: ['run', 'csv'],
    takes: [0, 1],
    exits: [DONE, BAD],
    example: 'switchyard bill r1 --csv',
  },
  receipts: {
    usage: ['[RUN] [--out FILE]'],
    about: 'What was proven, with which commands, tools and lock files, and what landed by it.',
    options: ['run', 'out'],
    takes: [0, 1],
    exits: [DONE, BAD],
    example: 'switchyard receipts r1 --out receipts.json',
  },
  forecast: {
    usage: ['[RUN]'],
    about: 'Which branches will conflict, before anybody merges; uncommitted work counts.',
    options: ['run'],
    takes: [0, 1],
    exits: [DONE, BAD],
    example: 'switchyard forecast',
  },
  boundary: {
    usage: ['--worktree DIR --base REV --contract FILE.json'],
    about: 'Compares everything that changed in a worktree with a contract.',
    options: ['worktree', 'base', 'contract'],
    takes: [0, 0],
    exits: [[EXIT.done, 'clean'], BAD, [EXIT.needsPerson, 'something changed outside the contract']],
    example: 'switchyard boundary --worktree . --base main --contract contract.json',
  },
  recover: {
    usage: ['', '--export RUN --to FOLDER'],
    about: 'Finishes or rolls back whatever a crash left; starts nothing new. Safe to repeat. With --export it saves what can be read of a run whose log is damaged, and a plan that goes on from its branches.',
    options: ['export', 'to'],
    takes: [0, 0],
    exits: [DONE, BAD],
    example: 'switchyard recover',
  },
  clean: {
    usage: ['[--dry-run]'],
    about: 'Removes worktrees and branches of tasks that have landed or were dropped, and backups whose content has landed or whose time (backupDays, 30) is over; never anything unsaved.',
    options: ['dry-run'],
    takes: [0, 0],
    exits: [DONE, BAD],
    example: 'switchyard clean --dry-run',
  },
  backups: {
    usage: [''],
    about: 'What was saved before something was removed, newest first: whose, why, how much, and whether it has landed since.',
    options: [],
    takes: [0, 0],
    exits: [DONE, BAD],
    example: 'switchyard backups',
  },
  restore: {
    usage: ['REF --into DIR'],
    about: "Writes a backup's files into a folder.",
    options: ['into'],
    takes: [1, 1],
    asks: 'Which backup? "switchyard backups" lists them.',
    exits: [DONE, BAD],
    example: 'switchyard restore refs/switchyard/backup/r1/db/dropped --into /tmp/db',
  },
} as const satisfies Readonly<Record<string, CommandSpec>>;

export type CommandName = keyof typeof COMMANDS;

/** A name that `switchyard` knows; `Object.hasOwn`, because `toString` is no command. */
export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/** The specification in its general shape; the table itself has the narrow types. */
export function specOf(name: CommandName): CommandSpec {
  return COMMANDS[name];
}
