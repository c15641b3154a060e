import { describe, expect, it } from 'vitest';
import type { RunView } from '../../src/shared/protocol.js';
import { agentLabel } from '../../src/ui/agentWords.js';
import { checkAction, checkActivity, checkWish } from '../../src/ui/dashboard/validate.js';
import { batchText, isTryItWindow, newsOf, outdated } from '../../src/ui/news.js';
import { groupTasks, moneyWords, statusWords, taskContextValue, taskDetail, taskLabel, taskTooltip } from '../../src/ui/tasks/groups.js';
import { approved, atWork, ended, move, plan, ready, runOf, snapshotOf, task } from './runs.js';

const view = (events: Parameters<typeof runOf>[0]): RunView => {
  const { run } = snapshotOf(runOf(events));
  if (run === undefined) throw new Error('no run');
  return run;
};
const needsYou = (id: string) => [...atWork(id), ended(id), ...move(id, 'working', 'checking'), { type: 'task.state', task: id, from: 'checking', to: 'needs-you', reason: { kind: 'gate-failed', text: '2 tests are red after 3 attempts' } }] as const;
const busy = [...approved(task('db'), task('api'), task('ui'), task('docs')), ...ready('db'), ...needsYou('api'), ...atWork('ui')];

describe('tasks in the tree', () => {
  it('are grouped by urgency; empty groups are left out', () => {
    expect(groupTasks(view(busy).tasks).map(({ group, tasks }) => [group, tasks.map((each) => each.id)])).toEqual([
      ['needs-you', ['api']],
      ['ready', ['db']],
      ['working', ['ui']],
      ['waiting', ['docs']],
    ]);
  });

  it('carry their actions for the menus, their detail and words for screen readers', () => {
    const [db, api] = view(busy).tasks;
    if (db === undefined || api === undefined) throw new Error('no tasks');
    expect(taskContextValue(db)).toContain(';approve;');
    expect(taskDetail(db)).toBe('+7 −2 · ≈ $0.25 API');
    expect(taskDetail(api)).toBe('2 tests are red after 3 attempts');
    expect(taskLabel(api)).toBe('The api, needs you, 2 tests are red after 3 attempts');
    expect(taskTooltip(db).split('\n')).toEqual(expect.arrayContaining(['The db', 'Owns src/db/**', 'Gate: npm test', 'switchyard/r1/db']));
  });
});

describe('agents in the tree', () => {
  it('tell a screen reader how to set up what cannot be used, which else stands only in the tooltip', () => {
    const [claude, codex] = snapshotOf(undefined).agents;
    if (claude === undefined || codex === undefined) throw new Error('no agents');
    expect(agentLabel(claude)).toBe('Claude Code, 2.1.329 · signed in');
    expect(agentLabel(codex)).toBe('Codex, not installed, to set up: npm install -g @openai/codex');
    expect(agentLabel({ ...claude, signedIn: 'no', hint: 'Run claude and sign in.' })).toBe('Claude Code, 2.1.329 · not signed in, to sign in: Run claude and sign in.');
  });
});

describe('the status bar', () => {
  it('says only what is not zero', () => {
    expect(statusWords(view(busy))).toBe('1 working · 1 needs you · 1 ready · ≈ $0.50 API');
    expect(statusWords(view([{ type: 'plan.proposed', revision: 1, plan: plan(task('db')) }]))).toBe('plan to approve');
    expect(statusWords(view(approved(task('db'))))).toBe('0 of 1 landed');
  });

  it('never shows unknown money as nothing', () => {
    expect(moneyWords({ usd: 0, unknownUsd: true })).toBe('unknown cost');
    expect(moneyWords({ usd: 1.5, unknownUsd: true })).toBe('$1.50+');
    expect(moneyWords({ usd: 0.0042, unknownUsd: false })).toBe('$0.0042');
    expect(moneyWords({ usd: 1.5, unknownUsd: true }, true)).toBe('≈ $1.50 API+');
    expect(moneyWords({ usd: 0, unknownUsd: true }, true)).toBe('unknown cost');
  });
});

describe('news', () => {
  it('is of needs you, ready, plans and the end; never of work in progress or of what only may have happened', () => {
    const leak = (certainty: 'certain' | 'possible') => { const run = view(busy); return newsOf({ ...run, tasks: run.tasks.map((each) => (each.id === 'ui' ? { ...each, leaks: [{ id: 'l1', certainty, text: 'It changed a.txt.' }] as unknown as NonNullable<typeof each.leaks> } : { ...each, attempts: each.attempts.map((attempt) => ({ ...attempt, unattended: true as const })) })) }).map((item) => item.kind); };
    expect(leak('certain')).toEqual(['ready', 'needs-you', 'leak']);
    expect(leak('possible')).toEqual(['ready', 'needs-you']);
    expect(newsOf(view(busy)).map((item) => [item.kind, item.task])).toEqual([['ready', 'db'], ['needs-you', 'api']]);
    expect(newsOf(view([{ type: 'plan.proposed', revision: 1, plan: plan(task('db')) }])).map((item) => item.text)).toEqual(['The plan is ready to approve: 1 task.']);
    expect(newsOf(view([...approved(task('db')), ...atWork('db')]))).toEqual([]);
  });

  it('has the same key for the same thing and another one after the next attempt', () => {
    const first = newsOf(view(busy)).map((item) => item.key);
    expect(newsOf(view([...busy, { type: 'run.paused' }])).map((item) => item.key)).toEqual(first);
    const again = view([...approved(task('api')), ...needsYou('api'), ...move('api', 'needs-you', 'working'), { type: 'attempt.starting', task: 'api', attempt: 2, role: 'executor', agent: 'claude', folder: '/f/2', nonce: 'm', apiEquivalent: true }, ended('api', 2), ...move('api', 'working', 'checking', 'needs-you')]);
    expect(first).not.toContain(newsOf(again)[0]?.key);
  });

  it('is told in one sentence', () => {
    const items = newsOf(view(busy));
    expect(batchText(items)).toBe('1 task is ready to merge and 1 task needs you.');
    expect(batchText(items.slice(1))).toBe('“The api” needs you: 2 tests are red after 3 attempts.');
  });
});

describe('what the page sends', () => {
  it('is taken when it is a wish or an action', () => {
    expect(checkWish({ type: 'approve', run: 'r1', task: 'db' })).toEqual({ ok: true, value: { type: 'approve', run: 'r1', task: 'db' } });
    expect(checkWish({ type: 'retry', run: 'r1', task: 'db', feedback: undefined })).toEqual({ ok: true, value: { type: 'retry', run: 'r1', task: 'db' } });
    expect(checkAction({ type: 'review', task: 'db', path: 'src/a.ts' })).toEqual({ ok: true, value: { type: 'review', task: 'db', path: 'src/a.ts' } });
    expect(checkActivity(['db', 1, 0])).toEqual({ ok: true, value: ['db', 1, 0] });
  });

  it('is refused with a reason otherwise', () => {
    for (const input of [undefined, null, 'approve', {}, { type: 'rm' }, { type: 'approve', run: 'r1', task: '../x' }, { type: 'approve', run: 7, task: 'db' }]) {
      expect(checkWish(input)).toEqual({ ok: false, reason: expect.stringMatching(/Nothing was changed\.$/) as string });
    }
    for (const input of [undefined, [], { type: 'constructor' }, { type: 'review' }, { type: 'copy', text: 7 }]) expect(checkAction(input).ok).toBe(false);
    expect(checkActivity(['db', -1, 0]).ok).toBe(false);
    expect(checkActivity(['db', 1.5, 0]).ok).toBe(false);
  });
});

describe('an old message', () => {
  const told = (events: Parameters<typeof runOf>[0], id: string) => {
    const item = newsOf(view(events)).find((each) => each.task === id);
    if (item === undefined) throw new Error('nothing was told');
    return item;
  };

  it('still holds as long as nothing has happened', () => {
    expect(outdated(told(busy, 'db'), view(busy))).toBeUndefined();
    expect(outdated(told(busy, 'api'), view([...busy, ...atWork('docs')]))).toBeUndefined();
  });

  it('is answered kindly when what it offers is done already', () => {
    const item = told(busy, 'db');
    const merging = [...busy, { type: 'task.approved', task: 'db', by: 'person' }, ...move('db', 'ready', 'merging')] as const;
    expect(outdated(item, view(merging))).toBe('“The db” is being merged already, so nothing had to be done.');
    const landed = [...merging, { type: 'merge.landed', task: 'db', commit: 'f'.repeat(40) }, ...move('db', 'merging', 'landed')] as const;
    expect(outdated(item, view(landed))).toBe('“The db” has landed already, so nothing had to be done.');
    expect(outdated(item, undefined)).toMatch(/another plan or run/);
  });
});

describe('a window that Try It opened', () => {
  it('is the one on a task’s worktree, and no other', () => {
    const run = view(busy);
    const worktree = run.tasks.find((each) => each.id === 'db')?.worktree;
    expect(worktree).toBeTypeOf('string');
    expect(isTryItWindow(run, worktree ?? '')).toBe(true);
    expect(isTryItWindow(run, '/repo')).toBe(false);
  });
});
