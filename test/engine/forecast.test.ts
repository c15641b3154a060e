/** When the forecast is computed: after a quiet moment, one at a time, and never while nothing changes. */
import { expect, it } from 'vitest';
import type { Clock, Forecast, Forecaster, LiveBranch } from '../../src/core/ports.js';
import type { RunState } from '../../src/core/run.js';
import { liveForecast } from '../../src/engine/forecast.js';
import { approved, atWork, ended, move, runOf, task } from '../ui/runs.js';

interface Bench {
  /** The base and the tasks of each computation. */
  readonly asked: string[];
  readonly touched: string[];
  readonly warned: string[];
  show(state: RunState): void;
  /** A file event. */
  event(): void;
  /** Moves the time; resolves after what is due has begun. */
  pass(ms: number): Promise<void>;
  /** Ends the computation that is under way. */
  answer(forecast: Forecast | Error): Promise<void>;
  readonly live: ReturnType<typeof liveForecast>;
  changes: number;
  closed: boolean;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function bench(first?: RunState): Bench {
  let now = 0;
  let due: { readonly at: number; readonly act: () => void }[] = [];
  let state = first;
  let pending: { resolve(forecast: Forecast): void; reject(error: Error): void } | undefined;
  let tell: () => void = () => undefined;
  const clock: Clock = {
    now: () => now,
    after: (ms, act) => {
      const entry = { at: now + ms, act };
      due.push(entry);
      return () => (due = due.filter((each) => each !== entry));
    },
  };
  const forecaster: Forecaster = {
    compute: (base: string, branches: readonly LiveBranch[]) => {
      made.asked.push([base, ...branches.map((branch) => branch.task)].join(' '));
      return new Promise((resolve, reject) => (pending = { resolve, reject }));
    },
    touch: (worktree) => made.touched.push(worktree.split('/').at(-1) ?? ''),
    close: async () => {
      made.closed = true;
    },
  };
  const git = {
    forecaster: (watching?: { readonly changed: () => void }) => {
      tell = watching?.changed ?? tell;
      return forecaster;
    },
  };
  const log = { info: () => undefined, warn: (text: string) => void made.warned.push(text), error: () => undefined };
  const made: Bench = {
    asked: [],
    touched: [],
    warned: [],
    changes: 0,
    closed: false,
    live: liveForecast({ git, clock, log }, () => state, () => (made.changes += 1)),
    show: (next) => {
      state = next;
      made.live.noticed();
    },
    event: () => tell(),
    pass: async (ms) => {
      now += ms;
      const ripe = due.filter((each) => each.at <= now);
      due = due.filter((each) => each.at > now);
      for (const each of ripe) each.act();
      await turn();
    },
    answer: async (forecast) => {
      const ending = pending;
      pending = undefined;
      if (forecast instanceof Error) ending?.reject(forecast);
      else ending?.resolve(forecast);
      await turn();
    },
  };
  return made;
}

const tasks = [task('db'), task('api')];
const one = runOf([...approved(...tasks), ...atWork('db')]);
const two = runOf([...approved(...tasks), ...atWork('db'), ...atWork('api')]);
const NONE: Forecast = { pairs: [], base: [{ task: 'db', conflict: false, paths: [] }] };
const CONFLICT: Forecast = { ...NONE, pairs: [{ a: 'db', b: 'api', conflict: true, paths: ['x'], uncommitted: true }] };

it('waits until an agent pauses, but not for ever', async () => {
  const at = bench();
  at.show(one);
  await at.pass(299);
  expect(at.asked).toEqual([]);
  await at.pass(1);
  expect(at.asked).toEqual(['main db']);
  await at.answer(NONE);
  for (let ms = 0; ms < 1_800; ms += 200) {
    at.event();
    await at.pass(200);
  }
  expect(at.asked).toHaveLength(1);
  at.event();
  await at.pass(200);
  expect(at.asked).toHaveLength(2);
});

it('computes one at a time, and once more when something changed meanwhile', async () => {
  const at = bench();
  at.show(one);
  await at.pass(300);
  at.event();
  await at.pass(300);
  at.event();
  await at.pass(300);
  expect(at.asked).toHaveLength(1);
  await at.answer(NONE);
  expect(at.asked).toHaveLength(2);
  await at.answer(NONE);
  await at.pass(10_000);
  expect(at.asked).toHaveLength(2);
});

it('asks nothing while nothing changes, tells only of another forecast, and follows the live branches', async () => {
  const at = bench(one);
  at.live.noticed();
  await at.pass(300);
  await at.answer(NONE);
  expect([at.live.present, at.changes]).toEqual([NONE, 1]);
  at.live.noticed();
  at.show(one);
  await at.pass(10_000);
  expect(at.asked).toHaveLength(1);
  at.event();
  await at.pass(300);
  await at.answer(structuredClone(NONE));
  expect(at.changes).toBe(1);
  at.show(two);
  await at.pass(300);
  expect(at.asked.at(-1)).toBe('main db api');
  await at.answer(CONFLICT);
  expect([at.live.present, at.changes]).toEqual([CONFLICT, 2]);
});

it('without a live branch there is nothing to open', async () => {
  const at = bench(runOf(approved(...tasks)));
  at.live.noticed();
  await at.pass(300);
  expect(at.asked).toEqual([]);
  expect(at.live.present).toEqual({ pairs: [], base: [] });
});

it('passes on what agents say and where a turn has ended', async () => {
  const at = bench(two);
  at.live.noticed();
  await at.pass(300);
  await at.answer(CONFLICT);
  at.live.edited('api');
  at.live.edited('unknown');
  expect(at.touched).toEqual(['api']);
  at.show(runOf([...approved(...tasks), ...atWork('db'), ...atWork('api'), ended('db'), ...move('db', 'working', 'checking')]));
  expect(at.touched).toEqual(['api', 'db']);
});

it('keeps the last forecast when one fails, and shows none of another run', async () => {
  const at = bench(two);
  at.live.noticed();
  await at.pass(300);
  await at.answer(CONFLICT);
  at.event();
  await at.pass(300);
  await at.answer(new Error('the disk is full'));
  expect(at.live.present).toEqual(CONFLICT);
  expect(at.warned.join()).toContain('the disk is full');
  at.show({ ...two, run: 'r2' });
  expect(at.live.present).toBeUndefined();
  await at.pass(300);
  await at.answer(NONE);
  expect(at.live.present).toEqual(NONE);
});

it('closes after what is under way, and starts nothing more', async () => {
  const at = bench(two);
  at.live.noticed();
  await at.pass(300);
  at.event();
  const closing = at.live.close();
  await turn();
  expect(at.closed).toBe(false);
  await at.answer(CONFLICT);
  await closing;
  expect(at.closed).toBe(true);
  at.event();
  await at.pass(10_000);
  expect(at.asked).toHaveLength(1);
});
