import { describe, expect, it } from 'vitest';
import { conflictEdges, forecastLines, liveBranches, NO_FORECAST, sameForecast } from '../../src/core/forecast.js';
import type { Forecast } from '../../src/core/ports.js';
import { approved, atWork, ended, move, ready, runOf, snapshotOf, task } from '../ui/runs.js';

const FORECAST: Forecast = {
  pairs: [
    { a: 'db', b: 'api', conflict: true, paths: ['src/shared.ts', 'src/x.ts'], uncommitted: true },
    { a: 'db', b: 'ui', conflict: false, paths: [], uncommitted: false },
    { a: 'api', b: 'ui', conflict: true, paths: ['a'], uncommitted: false },
  ],
  base: [
    { task: 'db', conflict: true, paths: ['src/moved.ts'] },
    { task: 'api', conflict: false, paths: [] },
    { task: 'ui', conflict: false, paths: [] },
  ],
};

describe('live branches', () => {
  const tasks = ['waits', 'works', 'is-ready', 'stopped', 'landed', 'dropped', 'sets-up'].map((id) => task(id));
  const state = runOf([
    ...approved(...tasks),
    ...atWork('works'),
    ...ready('is-ready'),
    ...atWork('stopped'),
    ended('stopped'),
    ...move('stopped', 'working', 'stopped'),
    ...ready('landed'),
    ...move('landed', 'ready', 'merging'),
    { type: 'merge.intended', task: 'landed', from: 'c'.repeat(40), to: 'f'.repeat(40), receipt: 'x' },
    { type: 'merge.landed', task: 'landed', commit: 'f'.repeat(40) },
    ...move('landed', 'merging', 'landed'),
    ...atWork('dropped'),
    ended('dropped'),
    ...move('dropped', 'working', 'dropped'),
    ...atWork('sets-up').slice(0, 2),
  ]);

  it('are those whose work has begun and has not landed, in plan order', () => {
    expect(liveBranches(state)).toEqual(['works', 'is-ready', 'stopped'].map((id) => ({ task: id, worktree: `/home/me/notes.worktrees/r1/${id}` })));
  });
});

describe('what is told', () => {
  it('every conflict by a line, the base first', () => {
    expect(forecastLines(FORECAST, 'main')).toEqual([
      'db will conflict with main in src/moved.ts',
      'db and api will conflict in src/shared.ts, src/x.ts (with uncommitted work)',
      'api and ui will conflict in a',
    ]);
  });
  it('no conflict, and nothing to compare', () => {
    const base = [{ task: 'db', conflict: false, paths: [] }];
    expect(forecastLines({ pairs: [], base }, 'main')).toEqual(['1 branch with unlanded work: no conflict with main.']);
    expect(forecastLines({ pairs: [], base: [...base, ...base] }, 'main')).toEqual(['2 branches with unlanded work: no conflict among them or with main.']);
    expect(forecastLines(NO_FORECAST, 'main')).toEqual(['No task has unlanded work, so nothing can conflict.']);
  });
  it('knows the same forecast again', () => {
    expect(sameForecast(FORECAST, structuredClone(FORECAST))).toBe(true);
    expect(sameForecast(FORECAST, NO_FORECAST)).toBe(false);
    expect(sameForecast(undefined, NO_FORECAST)).toBe(false);
  });
});

describe('edges of the plan', () => {
  const state = runOf([...approved(task('db'), task('api', { dependsOn: ['db'] }), task('ui')), ...atWork('db')]);

  it('are the conflicts between tasks, with their paths', () => {
    expect(conflictEdges(undefined)).toEqual([]);
    expect(conflictEdges(FORECAST)).toEqual([
      { from: 'db', to: 'api', why: 'conflict', paths: ['src/shared.ts', 'src/x.ts'] },
      { from: 'api', to: 'ui', why: 'conflict', paths: ['a'] },
    ]);
  });
  it('are shown beside the plan’s own and change no level; tasks that are not shown have none', () => {
    const stranger: Forecast = { ...FORECAST, pairs: [...FORECAST.pairs, { a: 'db', b: 'elsewhere', conflict: true, paths: [], uncommitted: false }] };
    const [plain, drawn] = [snapshotOf(state).run, snapshotOf(state, { forecast: stranger }).run];
    expect(drawn?.tasks.map((task) => task.baseConflict)).toEqual([['src/moved.ts'], undefined, undefined]);
    expect(drawn?.edges).toEqual([...(plain?.edges ?? []), ...conflictEdges(FORECAST)]);
    expect(drawn?.levels).toBe(plain?.levels);
  });
});
