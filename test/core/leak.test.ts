import { describe, expect, it } from 'vitest';
import type { ActivityLine, AgentEvent } from '../../src/core/activity.js';
import type { FoundLeak } from '../../src/core/leak.js';
import { absolutePath, holdsLanding, leakText, namedIn, namesFile, openLeaks } from '../../src/core/leak.js';
import { decide } from '../../src/core/scheduler.js';
import { plan, Run, SHA, task } from './build.js';

const CWD = '/home/me/repo.worktrees/r1/a';
const ROOT = '/home/me/repo';
const lines = (...events: readonly AgentEvent[]): ActivityLine[] => events.map((event, at) => ({ ...event, seq: at + 1, at }));
const shell = (title: string): AgentEvent => ({ type: 'tool', id: 't', name: 'bash', title: `$ ${title}` });
const edit = (path: string, change: 'added' | 'modified' | 'deleted' = 'modified'): AgentEvent => ({ type: 'edit', path, change });
const worded = (title: string, path: string): boolean => namesFile(namedIn(lines(shell(title)), CWD).words, ROOT, path);

describe('what a stream names', () => {
  it('is what edit tools changed outside the worktree, however they wrote the path', () => {
    const { edits } = namedIn(lines(edit('src/own.ts'), edit(`${CWD}/x.ts`), edit(`${ROOT}/src/a.ts`), edit('../../../repo/src/b.ts', 'added'), edit('../../../repo/src/b.ts')), CWD);
    expect([...edits]).toEqual([
      [`${ROOT}/src/a.ts`, 'modified'],
      [`${ROOT}/src/b.ts`, 'added'],
    ]);
  });

  it.each([
    [`echo x > ${ROOT}/src/a.ts`, true],
    [`echo x >${ROOT}/src/a.ts;ls`, true],
    ['sed -i s/a/b/ ../../../repo/src/a.ts', true],
    [`cd ${ROOT} && sed -i s/a/b/ src/a.ts`, true],
    [`rm -rf "${ROOT}/src"`, true],
    [`cat ${ROOT}/src/a.tsx`, false],
    [`git -C ${ROOT} status`, false],
    ['sed -i s/a/b/ src/a.ts', false],
  ])('%s', (title, named) => expect(worded(title, 'src/a.ts')).toBe(named));

  it('says nothing about the worktrees beside the checkout, whose names begin alike', () => {
    expect(worded(`echo > ${ROOT}.worktrees/r1/b/src/a.ts`, 'src/a.ts')).toBe(false);
    expect(absolutePath('C:\\work\\..\\repo\\a.ts', 'C:\\x')).toBe('C:/repo/a.ts');
  });
});

describe('a leak', () => {
  const leak: FoundLeak = { id: '1-1', attempt: 1, agent: 'scripted', certainty: 'certain', root: ROOT, files: [{ path: 'src/a.ts', change: 'modified', before: 'committed' }], others: [], kept: { ref: 'refs/switchyard/backup/r1/a/leak-1-1', commit: SHA('1'), patch: '/p' } };
  const ready = () => new Run().approve(plan(task('a'))).move('a', 'setting-up', 'working').attempt('a', []).move('a', 'checking', 'ready');

  it('that is certain holds the landing until it is settled', () => {
    const run = ready().add({ type: 'leak.found', task: 'a', leak }, { type: 'task.approved', task: 'a', by: 'yes' });
    expect(holdsLanding(run.task('a'))).toBe(true);
    expect(decide(run.state).land).toEqual([]);
    run.add({ type: 'leak.settled', task: 'a', leak: '1-1', choice: 'undo', left: [] });
    expect(openLeaks(run.task('a'))).toEqual([]);
    expect(decide(run.state).land).toEqual(['a']);
  });

  it('that is only possible holds nothing and blames nobody', () => {
    const possible: FoundLeak = { ...leak, certainty: 'possible', others: ['b'] };
    const run = ready().add({ type: 'leak.found', task: 'a', leak: possible }, { type: 'task.approved', task: 'a', by: 'yes' });
    expect(decide(run.state).land).toEqual(['a']);
    expect(leakText('A', possible)).toBe('src/a.ts in your checkout changed while “A” or b ran, and not by a save in this editor.');
    expect(leakText('A', { ...leak, owner: 'b', more: 2 })).toBe('The agent of “A” changed 3 files in the worktree of b, outside its worktree.');
  });

  it('that was only possible of one task is asked about no more once another’s own stream names all of its files', () => {
    const possible: FoundLeak = { ...leak, certainty: 'possible', others: ['b'] };
    const other = { ...possible.files[0]!, path: 'src/other.ts' };
    const run = new Run().approve(plan(task('a'), task('b'))).add({ type: 'leak.found', task: 'a', leak: possible }, { type: 'leak.found', task: 'a', leak: { ...possible, id: '1-2', files: [...possible.files, other] } });
    const before = run.state;
    run.add({ type: 'leak.found', task: 'b', leak });
    expect(openLeaks(run.task('a')).map(({ id }) => id)).toEqual(['1-2']);
    // It stays in the list, which later ones are numbered by.
    expect(run.task('a').leaks).toHaveLength(2);
    expect(openLeaks(run.task('b'))).toHaveLength(1);
    expect(openLeaks(before.tasks.get('a')!)).toHaveLength(2);
  });
});
