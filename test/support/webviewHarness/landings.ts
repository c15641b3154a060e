/** What can be in the way of a landing, in the engine's own words; and what is said once it has landed. */
import type { LeakView, RunSummaryView, RunView, TaskView } from '../../../src/shared/protocol.js';
import { upstreamWords } from '../../../src/core/upstream.js';
import { attempt, command, gate, minutesAgo, NOW } from './make.js';
import { PASSING_OUTPUT } from './texts.js';

type Nine = readonly TaskView[];

/** A task of the mixed run, changed. */
function changed(tasks: Nine, id: string, over: Partial<TaskView>): Nine {
  return tasks.map((one) => (one.id === id ? { ...one, ...over } : one));
}

const ROUTER = 'src/api/router.ts';

export function forecastTasks(tasks: Nine): Nine {
  return changed(tasks, 'activity-endpoint', { baseConflict: [ROUTER, 'src/api/errors.ts'] });
}

/** Two live tasks that meet in one file, and two that meet in several. */
export const FORECAST_EDGES: RunView['edges'] = [
  { from: 'activity-endpoint', to: 'pagination-helper', why: 'conflict', paths: ['src/lib/cursor.ts'] },
  { from: 'timeline-component', to: 'activity-hook', why: 'conflict', paths: ['src/hooks/useActivity.ts', 'src/hooks/index.ts', 'src/ui/feed/Feed.tsx'] },
];

export function conflicting(tasks: Nine, over: Partial<TaskView> = {}): Nine {
  return changed(tasks, 'timeline-component', {
    why: {
      kind: 'conflict',
      text: `Could not merge Timeline component: main moved and src/ui/timeline/Timeline.tsx, package-lock.json now conflict with Activity table, migration (landed) and Ada in “Show avatars in the feed”. Your work is safe on switchyard/r1/timeline-component. Retry resolves it with the agent; Resolve Conflict opens it in the merge editor for you, and Check Again then concludes it.`,
      paths: ['package-lock.json', 'src/ui/timeline/Timeline.tsx'],
      tasks: ['activity-table'],
    },
    attempts: [attempt(1, { agent: 'gemini', model: 'flash', result: 'done', startedAt: minutesAgo(9), endedAt: minutesAgo(6) })],
    gates: [],
    actions: ['retry', 'resolve-conflict', 'review', 'replan', 'take-over', 'try-it', 'drop', 'show-terminal'],
    ...over,
  });
}

export function resolved(tasks: Nine): Nine {
  return changed(tasks, 'activity-endpoint', {
    resolved: [
      { path: 'package-lock.json', how: 'regenerated', tool: 'npm' },
      { path: 'src/api/imports.ts', how: 'formatted', tool: 'prettier' },
      { path: ROUTER, how: 'agent', tool: 'claude' },
      { path: 'src/api/errors.ts', how: 'person' },
    ],
  });
}

export function unproven(tasks: Nine): Nine {
  const note = '`npm test` passed but ran no test: nothing was proven.';
  return changed(tasks, 'timeline-component', {
    why: { kind: 'unproven', text: `${note} Review the changes; approve to land them unproven, or retry.` },
    attempts: [attempt(1, { agent: 'gemini', model: 'flash', result: 'done', startedAt: minutesAgo(5), endedAt: minutesAgo(3) })],
    gates: [{ ...gate(1, 'unproven', [command('npm run typecheck', 0, 8_200), { ...command('npm test', 0, 900, PASSING_OUTPUT), tests: 0 }], 2, 1), note }],
    actions: ['review', 'approve', 'retry', 'check', 'replan', 'take-over', 'try-it', 'drop', 'show-terminal'],
  });
}

const PATCH = '/home/ada/feed/.git/switchyard/runs/r1/leaks/timeline-component-1-1.patch';

export const PLANNER_LEAK: LeakView = {
  id: '1-1',
  certainty: 'certain',
  text: 'The planner changed PLAN.md in your checkout, outside its own copy.',
  root: '/home/ada/feed',
  files: [{ path: 'PLAN.md', change: 'added', undoable: true }],
  more: 0,
  patch: '/home/ada/feed/.git/switchyard/runs/r1/attempts/planner/1/leak-1-1.patch',
  movable: false,
};

/** One certain leak into the checkout, one possible one into another task's worktree. */
export function leaking(tasks: Nine): Nine {
  return changed(tasks, 'activity-endpoint', {
    leaks: [
      {
        id: '2-1',
        certainty: 'certain',
        text: 'The agent of “Activity endpoint” changed 3 files in your checkout, outside its worktree.',
        root: '/home/ada/feed',
        files: [
          { path: 'src/api/router.ts', change: 'modified', undoable: true },
          { path: 'docs/a-rather-long-folder/with-a-long-name/activity-endpoint.md', change: 'added', undoable: true },
          { path: 'package.json', change: 'modified', undoable: false },
        ],
        more: 0,
        patch: PATCH,
        movable: true,
      },
      {
        id: '2-2',
        certainty: 'possible',
        text: 'notes.txt in your checkout changed while “Activity endpoint” or pagination-helper ran, and not by a save in this editor.',
        root: '/home/ada/feed',
        files: [{ path: 'notes.txt', change: 'modified', undoable: true }],
        more: 0,
        patch: PATCH,
        movable: true,
      },
    ],
    actions: ['stray-changes', 'approve', 'review', 'retry', 'replan', 'take-over', 'try-it', 'drop'],
  });
}

const INTEGRATION = 'switchyard/r1/integration';

export const LANDING: Readonly<Record<'checking' | 'ready' | 'needs-you', NonNullable<RunView['landing']>>> = {
  checking: { branch: INTEGRATION, state: 'checking' },
  ready: { branch: INTEGRATION, state: 'ready' },
  'needs-you': {
    branch: INTEGRATION,
    state: 'needs-you',
    text: `Could not merge ${INTEGRATION}: main moved and src/api/router.ts now conflicts. Nothing was changed. Merge main into ${INTEGRATION} in a checkout of your own, then Land the Run again.`,
    paths: [ROUTER],
  },
};

export const UPSTREAM = {
  behind: { text: upstreamWords({ name: 'origin/main', behind: 3, diverged: false }, 'main'), diverged: false },
  diverged: { text: upstreamWords({ name: 'origin/main', behind: 1, diverged: true }, 'main'), diverged: true },
} as const;

export function undoing(tasks: Nine): Nine {
  const some = changed(tasks, 'event-types', { undo: { state: 'undone', text: 'Its landing was taken back by this commit.', commit: '9a1bc0d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8' } });
  const more = changed(some, 'activity-table', { undo: { state: 'not-done', text: 'Activity table, migration cannot be undone: later changes to src/db/activity.sql build on it. Nothing was changed. Undo those first, or revert 4f2a91c07b by hand.', paths: ['src/db/activity.sql'] }, actions: ['review', 'undo'] });
  return changed(more, 'api-reference', { undo: { state: 'moving', text: 'Its landing is being taken back: the result is gated first.' }, actions: ['review'] });
}

const PULL = 'https://github.com/ada/feed/pull/41';

export function pullRequests(tasks: Nine): Nine {
  const open = changed(tasks, 'activity-endpoint', {
    state: 'in-review',
    pullRequest: PULL,
    why: { kind: 'pull-request', text: `Pull request opened: ${PULL}. What depends on it waits until it is merged; Check Again asks the remote.` },
    actions: ['check', 'review', 'retry', 'try-it', 'drop', 'show-terminal'],
  });
  const closed = changed(open, 'timeline-component', {
    pullRequest: PULL.replace('41', '39'),
    why: { kind: 'pull-request', text: `The pull request was closed without being merged: ${PULL.replace('41', '39')}. Its work is kept; retry with feedback, re-plan or drop it.` },
    gates: [gate(1, 'green', [command('npm test', 0, 22_400, PASSING_OUTPUT)], 1, 1)],
  });
  return changed(closed, 'e2e-tests', { why: { kind: 'dependency', text: 'Waits for the pull request of Activity endpoint to be merged', tasks: ['activity-endpoint'] } });
}

const WAITING = { state: 'waiting', activity: undefined, actions: ['review', 'replan', 'drop', 'show-terminal'] } as unknown as Partial<TaskView>;

/** Agents that cannot go on, each for its own reason. */
export function troubled(tasks: Nine): Nine {
  const rate = changed(tasks, 'pagination-helper', {
    ...WAITING,
    attempts: [attempt(1, { agent: 'codex', model: 'gpt-6.1', result: 'failed', reason: 'rate-limit', message: 'You have hit your usage limit. Try again in 2 hours.', startedAt: minutesAgo(8), endedAt: minutesAgo(3) })],
    why: { kind: 'rate-limit', failure: 'rate-limit', text: 'codex is rate limited until 18:05', until: NOW + 7_500_000 },
  });
  const quota = changed(rate, 'activity-hook', {
    ...WAITING,
    attempts: [attempt(1, { result: 'failed', reason: 'quota', message: 'Credit balance is too low', startedAt: minutesAgo(5), endedAt: minutesAgo(2) })],
    gates: [],
    why: { kind: 'quota', failure: 'quota', text: 'claude has no quota or credit left. Top it up, or name a fallback for the tier in the team file, then retry. Go On tries it again.' },
  });
  const signedOut = changed(quota, 'timeline-component', {
    why: { kind: 'agent-failed', failure: 'signed-out', text: 'Gemini CLI is not signed in: Please set an Auth method. Its work so far is kept in its worktree. Sign in (run gemini in a terminal), then retry.' },
    attempts: [attempt(1, { agent: 'gemini', model: 'flash', result: 'failed', reason: 'signed-out', message: 'Please set an Auth method in your settings.json', startedAt: minutesAgo(4), endedAt: minutesAgo(4) + 2_100 })],
    gates: [],
    files: [],
    additions: 0,
    deletions: 0,
    boundaryChecked: false,
  });
  return changed(signedOut, 'activity-endpoint', {
    state: 'working',
    since: NOW - 80_000,
    activity: 'Reading src/api/router.ts',
    agent: 'codex',
    model: 'gpt-6.1',
    attempts: [
      attempt(1, { result: 'failed', reason: 'context-full', message: 'Prompt is too long', startedAt: minutesAgo(20), endedAt: minutesAgo(9) }),
      attempt(2, { result: 'failed', reason: 'quota', message: 'Credit balance is too low', startedAt: minutesAgo(9), endedAt: minutesAgo(4), feedback: 'An earlier session worked on this task. Its context was full.\nChanged so far: src/api/activity.ts (modified)\nIt said last: The cursor is opaque; next are the tests.' }),
      attempt(3, { agent: 'codex', model: 'gpt-6.1', startedAt: NOW - 80_000, insteadOf: { agent: 'claude', why: 'claude has no quota or credit left.' }, feedback: 'An earlier session worked on this task. Another agent worked there and has no quota left.' }),
    ],
    actions: ['show-terminal', 'stop', 'take-over', 'review', 'try-it'],
  });
}

/** What stops a task before its agent: no sandbox to be had, no room on the disk. */
export function notStarted(tasks: Nine): Nine {
  const before: Partial<TaskView> = { attempts: [], gates: [], files: [], additions: 0, deletions: 0, boundaryChecked: false, billed: false, actions: ['retry', 'replan', 'drop'], state: 'needs-you' };
  const sandbox = changed(tasks, 'timeline-component', {
    ...before,
    why: { kind: 'set-up-failed', text: 'A sandbox was asked for, and bubblewrap was not found on PATH. Install it (apt install bubblewrap, dnf install bubblewrap), then retry. Nothing was started. Or set the isolation of the tier to "worktree" in the team file.' },
  });
  return changed(sandbox, 'activity-hook', {
    ...before,
    state: 'waiting',
    actions: ['check', 'replan', 'drop'],
    why: { kind: 'disk', text: 'Waits for disk space: 0.7 GB free, floor 2 GB. It goes on by itself when a removal makes room. Clean Up removes what has landed; Check Again looks at once, also at a lower limits.minFreeGb of the team file.' },
  });
}

export const REFUSED: readonly RunSummaryView[] = [
  { id: 'r3', goal: 'r3 cannot be opened', phase: 'done', startedAt: 0, damaged: true, refused: 'The log of r3 is damaged: line 41 is no event. Its branches and worktrees are as they were, and nothing removes them. Recover Run… saves what can be read, with a plan that goes on from its branches.' },
  { id: 'r2', goal: 'r2 cannot be opened', phase: 'done', startedAt: 0, refused: 'r2 was made by a newer Switchyard (event version 3 is not known). It is left as it is; update Switchyard to go on with it.' },
];
