/** The log says one thing, the world another: the world wins, nothing is done twice, and a second recovery finds nothing to do. */
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { FaultKind } from '../support/faults/faults.js';
import { forgetTemplate } from '../support/faults/repository.js';
import { Scene } from '../support/stories/scene.js';

afterAll(forgetTemplate);

interface Case {
  readonly name: string;
  readonly crash?: readonly [kind: FaultKind, point: string];
  /** Somebody else, while Switchyard is away. */
  readonly world?: (scene: Scene) => Promise<unknown>;
  /** The task's state after `recover`. */
  readonly recovered: string;
  /** What the person answers where it needs them. */
  readonly wish?: 'approve' | 'check' | 'retry';
  /** Attempts in all; one unless said. */
  readonly starts?: number;
}

const commitOnMain = async ({ repo }: Scene): Promise<void> => {
  await writeFile(join(repo.root, 'other.txt'), 'by a person\n');
  await repo.git('add', 'other.txt');
  await repo.git('commit', '--quiet', '-m', 'By a person', '--', 'other.txt');
};

const intended = async (scene: Scene): Promise<string> => {
  const event = (await scene.events()).find(({ type }) => type === 'merge.intended');
  return event?.type === 'merge.intended' ? event.to : 'no landing was intended';
};

const CASES: readonly Case[] = [
  { name: 'the worktree is there, the log only announces it', crash: ['crash-after', 'git.addWorktree(a)#1'], recovered: 'stopped' },
  { name: 'the agent was announced and never started', crash: ['crash', 'runners.start(a)#1'], recovered: 'stopped' },
  { name: 'the agent runs, the log only announces it', crash: ['crash-after', 'runners.start(a)#1'], world: async ({ cast, worktree }) => {
    await writeFile(join(worktree, 'a.txt'), '').then(() => rm(join(worktree, 'a.txt')));
    for (const actor of cast.atWork) actor.end('lost');
  }, recovered: 'stopped', starts: 2 },
  { name: 'the agent has ended, the log does not know', crash: ['crash', 'log.append(attempt.ended a)#1'], recovered: 'stopped' },
  { name: 'its work is committed, the log does not know', crash: ['crash-after', 'git.commitAll(a)#1'], recovered: 'stopped' },
  { name: 'the gate is green, the log does not know', crash: ['crash', 'log.append(gate.finished a)#1'], recovered: 'stopped' },
  { name: 'a landing is announced and has not happened', crash: ['crash', 'git.advance()#1'], recovered: 'landed' },
  { name: 'a landing has happened, the log only announces it', crash: ['crash-after', 'git.advance()#1'], recovered: 'landed' },
  { name: 'a landing has happened, and a person has committed on top of it', crash: ['crash-after', 'git.advance()#1'], world: commitOnMain, recovered: 'landed' },
  { name: 'a landing is announced, and a person has moved the base meanwhile', crash: ['crash', 'git.advance()#1'], world: commitOnMain, recovered: 'stopped' },
  { name: 'a landing is announced, and a person has put that commit on the base by hand', crash: ['crash', 'git.advance()#1'], world: async (scene) => scene.repo.git('merge', '--quiet', '--ff-only', await intended(scene)), recovered: 'landed' },
  { name: 'the worktree of a landed task is gone, the log does not know', crash: ['crash-after', 'git.removeWorktree(a)#1'], recovered: 'landed' },
  { name: 'the folder of a ready task was deleted by hand', world: ({ worktree }) => rm(worktree, { recursive: true }), recovered: 'ready' },
  { name: 'the folder and the branch of a ready task were deleted by hand', world: async ({ worktree, repo }) => {
    await rm(worktree, { recursive: true });
    await repo.git('worktree', 'prune');
    await repo.git('branch', '-D', 'switchyard/r1/a');
  }, recovered: 'ready' },
];

describe.concurrent('log and world', () => {
  test.each(CASES)('$name', async ({ crash, world, recovered, wish, starts = 1 }) => {
    const scene = await Scene.make(...(crash === undefined ? [] : [{ kind: crash[0], point: crash[1] }]));
    try {
      await scene.begin(crash === undefined ? 'ready' : 'landed');
      if (crash !== undefined) expect(scene.fired).toHaveLength(1);
      await world?.(scene);
      await scene.recover();
      expect(scene.task().state).toBe(recovered);
      const after = await scene.events();
      expect(await scene.recover()).toEqual([]);
      expect(await scene.events()).toEqual(after);
      await scene.goOn(wish);
      expect(scene.task().state).toBe('landed');
      expect(await scene.landings()).toBe(1);
      expect(scene.starts).toBe(starts);
      expect(scene.cast.violations).toEqual([]);
      expect(await scene.repo.git('status', '--porcelain')).toBe(' M mine.txt\nA  staged.txt\n?? unknown.txt');
    } finally {
      await scene.repo.cleanup();
    }
  });
});

test('in a run that was being stopped when the machine went down nobody is shown at work', async () => {
  const scene = await Scene.make({ kind: 'crash', point: 'log.append(gate.finished a)#1' });
  try {
    await scene.begin();
    const stopped = { v: 1, seq: (await scene.events()).length + 1, at: new Date().toISOString(), type: 'run.stopped' };
    await appendFile(join(scene.repo.root, '.git/switchyard/runs/r1/events.jsonl'), `${JSON.stringify(stopped)}\n`);
    await scene.look();
    expect(scene.task()).toMatchObject({ state: 'stopped', reason: { kind: 'interrupted' } });
    await scene.goOn();
    expect(scene.task().state).toBe('landed');
    expect(scene.starts).toBe(1);
  } finally {
    await scene.repo.cleanup();
  }
});

test('the base was moved back by hand: what a person removed does not come back', async () => {
  const scene = await Scene.make();
  try {
    await commitOnMain(scene);
    await scene.begin('ready');
    await scene.repo.git('reset', '--quiet', '--keep', 'HEAD~1');
    await scene.recover();
    await scene.goOn('check');
    expect(scene.task()).toMatchObject({ state: 'needs-you', reason: { kind: 'merge-failed' } });
    expect(await scene.landings()).toBe(0);
    expect(await scene.repo.git('ls-tree', '--name-only', 'main', 'other.txt')).toBe('');
  } finally {
    await scene.repo.cleanup();
  }
});

test('a removal was announced and its folder is gone: it is only recorded', async () => {
  const scene = await Scene.make({ kind: 'crash-after', point: 'git.removeWorktree(a)#1' });
  try {
    await scene.begin('ready');
    await scene.drop();
    await scene.recover();
    expect(scene.task()).toMatchObject({ state: 'dropped' });
    expect(await scene.repo.git('show', 'refs/switchyard/backup/r1/a/dropped:a/x.txt')).toBe('by attempt 1');
  } finally {
    await scene.repo.cleanup();
  }
});
