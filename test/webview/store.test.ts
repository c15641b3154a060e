import { describe, expect, it } from 'vitest';
import type { ActivityLine } from '../../src/core/activity.js';
import type { WishAnswer } from '../../src/core/wishes.js';
import type { Answer, HostCalls, Snapshot } from '../../src/shared/protocol.js';
import { createApp, streamKey, type App } from '../../webview/store.js';
import { FIXTURES } from '../support/webviewHarness/fixtures.js';

const line = (seq: number): ActivityLine => ({ type: 'message', text: `line ${seq}`, seq, at: seq });
const lines = (from: number, to: number): ActivityLine[] => Array.from({ length: to - from + 1 }, (_, index) => line(from + index));

interface Fake {
  readonly app: App;
  readonly asked: number[];
  readonly saved: unknown[];
  answerActivity: (afterSeq: number) => Promise<Answer<readonly ActivityLine[]>>;
  readonly looked: (string | undefined)[];
  answerWish: () => Promise<WishAnswer>;
}

function fake(first: Snapshot = FIXTURES.nine, remembered?: unknown): Fake {
  const asked: number[] = [];
  const saved: unknown[] = [];
  const state: Omit<Fake, 'app'> = {
    asked,
    saved,
    looked: [],
    answerActivity: (after) => Promise.resolve({ ok: true, value: lines(after + 1, 3) }),
    answerWish: () => Promise.resolve({ ok: true }),
  };
  const host: HostCalls = {
    ready: () => Promise.resolve(first),
    wish: () => state.answerWish(),
    action: () => state.answerWish(),
    looking: (task) => {
      state.looked.push(task);
      return Promise.resolve();
    },
    activity: (_task, _attempt, after) => {
      asked.push(after);
      return state.answerActivity(after);
    },
    diff: () => Promise.resolve({ ok: true, value: '' }),
    gateOutput: () => Promise.resolve({ ok: true, value: '' }),
  };
  const app = createApp(host, { load: () => remembered, save: (value) => saved.push(value) });
  return Object.assign(state, { app });
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Resolves when the state satisfies the condition. */
async function until(app: App, holds: () => boolean): Promise<void> {
  if (holds()) return;
  await new Promise<void>((resolve) => {
    const stop = app.store.subscribe(() => {
      if (!holds()) return;
      stop();
      resolve();
    });
  });
}

const next = (snapshot: Snapshot, revision: number, change: (task: NonNullable<Snapshot['run']>['tasks'][number]) => object = () => ({})): Snapshot => {
  const copy = structuredClone(snapshot);
  return { ...copy, revision, run: { ...copy.run!, tasks: copy.run!.tasks.map((task) => ({ ...task, ...change(task) })) } };
};

describe('snapshots', () => {
  it('ignores an older or equal revision', async () => {
    const { app } = fake();
    await app.start();
    app.calls.snapshot(next(FIXTURES.nine, 5, () => ({ title: 'five' })));
    app.calls.snapshot(next(FIXTURES.nine, 4, () => ({ title: 'four' })));
    app.calls.snapshot(next(FIXTURES.nine, 5, () => ({ title: 'five again' })));
    expect(app.store.getState().snapshot?.revision).toBe(5);
    expect(app.store.getState().snapshot?.run?.tasks[0]?.title).toBe('five');
  });

  it('keeps the identity of tasks and edges that did not change', async () => {
    const { app } = fake();
    await app.start();
    const before = app.store.getState().snapshot!.run!;
    app.calls.snapshot(next(FIXTURES.nine, 2, (task) => (task.id === 'feed-page' ? { title: 'Other' } : {})));
    const after = app.store.getState().snapshot!.run!;
    expect(after.edges).toBe(before.edges);
    expect(after.tasks.filter((task, index) => task !== before.tasks[index]).map((task) => task.id)).toEqual(['feed-page']);
  });

  it('keeps the selection through a moment without a run', async () => {
    const { app } = fake();
    await app.start();
    app.set({ selected: 'feed-page' });
    app.calls.snapshot({ ...FIXTURES['no-plan'], revision: 2 });
    app.calls.snapshot({ ...FIXTURES.nine, revision: 3 });
    expect(app.store.getState().selected).toBe('feed-page');
  });
  it('selects the most urgent task first, keeps the selection, and falls back when it is gone', async () => {
    const { app } = fake();
    await app.start();
    expect(app.store.getState().selected).toBe('timeline-component');
    app.set({ selected: 'feed-page' });
    app.calls.snapshot(next(FIXTURES.nine, 2));
    expect(app.store.getState().selected).toBe('feed-page');
    const without = next(FIXTURES.nine, 3);
    app.calls.snapshot({ ...without, run: { ...without.run!, tasks: without.run!.tasks.filter((task) => task.id !== 'feed-page') } });
    expect(app.store.getState().selected).toBe('timeline-component');
  });

  it('says a change of state for the live region, and nothing when only figures moved', async () => {
    const { app } = fake();
    await app.start();
    app.calls.snapshot(next(FIXTURES.nine, 2, () => ({ activity: 'Other' })));
    expect(app.store.getState().announced).toBe('');
    app.calls.snapshot(next(FIXTURES.nine, 3, (task) => (task.id === 'pagination-helper' ? { state: 'ready' } : {})));
    expect(app.store.getState().announced).toBe('Pagination helper: Ready');
  });

  it('says when the editor does not answer', async () => {
    const { app } = fake();
    (app.host as { ready: HostCalls['ready'] }).ready = () => Promise.reject(new Error('no editor'));
    await app.start();
    expect(app.store.getState().broken).toBe('no editor');
  });
});

describe('activity', () => {
  const key = streamKey('pagination-helper', 1);
  const stream = (app: App): readonly number[] => (app.store.getState().streams[key]?.lines ?? []).map((one) => one.seq);
  const live = (app: App) => (): boolean => app.store.getState().streams[key]?.state === 'live';

  it('loads, then appends pushed lines once', async () => {
    const { app } = fake();
    app.openActivity('pagination-helper', 1);
    await until(app, live(app));
    app.calls.activityLines('pagination-helper', 1, lines(3, 5));
    app.calls.activityLines('pagination-helper', 1, lines(4, 5));
    expect(stream(app)).toEqual([1, 2, 3, 4, 5]);
  });

  it('asks again from the last line it has when there is a gap', async () => {
    const state = fake();
    const { app, asked } = state;
    app.openActivity('pagination-helper', 1);
    await until(app, live(app));
    state.answerActivity = (after) => Promise.resolve({ ok: true, value: lines(after + 1, 9) });
    app.calls.activityLines('pagination-helper', 1, [line(9)]);
    await until(app, () => stream(app).length === 9);
    expect(asked).toEqual([0, 3]);
    expect(stream(app)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('puts lines aside that arrive while it loads', async () => {
    const state = fake();
    const { app } = state;
    const { promise, resolve } = deferred<Answer<readonly ActivityLine[]>>();
    state.answerActivity = () => promise;
    app.openActivity('pagination-helper', 1);
    app.calls.activityLines('pagination-helper', 1, lines(3, 4));
    resolve({ ok: true, value: lines(1, 2) });
    await until(app, live(app));
    expect(stream(app)).toEqual([1, 2, 3, 4]);
  });

  it('takes a stream whose beginning the host left out', async () => {
    const state = fake();
    const { app, asked } = state;
    state.answerActivity = () => Promise.resolve({ ok: true, value: lines(500, 502) });
    app.openActivity('pagination-helper', 1);
    await until(app, live(app));
    app.calls.activityLines('pagination-helper', 1, [line(503)]);
    expect(stream(app)).toEqual([500, 501, 502, 503]);
    expect(asked).toEqual([0]);
  });

  it('ignores lines of attempts that nobody looks at, and forgets closed ones', async () => {
    const { app } = fake();
    app.calls.activityLines('pagination-helper', 1, [line(1)]);
    expect(app.store.getState().streams).toEqual({});
    app.openActivity('pagination-helper', 1);
    await until(app, live(app));
    app.closeActivity('pagination-helper', 1);
    expect(app.store.getState().streams).toEqual({});
  });

  it('keeps the reason when the host refuses', async () => {
    const state = fake();
    state.answerActivity = () => Promise.resolve({ ok: false, reason: 'The folder is gone.' });
    state.app.openActivity('pagination-helper', 1);
    await until(state.app, () => state.app.store.getState().streams[key]?.state === 'failed');
    expect(state.app.store.getState().streams[key]?.error).toBe('The folder is gone.');
  });
});

describe('intents', () => {
  const intent = { kind: 'wish', wish: { type: 'pause', run: 'r1' } } as const;

  it('keeps a refusal with its key and clears it with the next intent', async () => {
    const state = fake();
    state.answerWish = () => Promise.resolve({ ok: false, reason: 'Another process holds the run.' });
    expect(await state.app.perform('run:pause', intent)).toBe(false);
    expect(state.app.store.getState().refusal).toEqual({ key: 'run:pause', reason: 'Another process holds the run.' });
    state.answerWish = () => Promise.resolve({ ok: true });
    expect(await state.app.perform('run:pause', intent)).toBe(true);
    expect(state.app.store.getState().refusal).toBeUndefined();
  });

  it('sends the same intent once while its answer is awaited', async () => {
    const state = fake();
    const { promise, resolve } = deferred<WishAnswer>();
    let sent = 0;
    state.answerWish = () => {
      sent += 1;
      return promise;
    };
    const first = state.app.perform('run:pause', intent);
    expect(await state.app.perform('run:pause', intent)).toBe(false);
    expect(state.app.store.getState().pending).toEqual(['run:pause']);
    resolve({ ok: true });
    expect(await first).toBe(true);
    expect(sent).toBe(1);
    expect(state.app.store.getState().pending).toEqual([]);
  });

  it('is at work only once nothing is left to ask the person', async () => {
    const state = fake();
    const { promise, resolve } = deferred<WishAnswer>();
    state.answerWish = () => promise;
    const first = state.app.perform('run:pause', intent);
    expect(state.app.store.getState().working).toEqual([]);
    state.app.calls.accepted('something else');
    expect(state.app.store.getState().working).toEqual([]);
    state.app.calls.accepted('run:pause');
    expect(state.app.store.getState().working).toEqual(['run:pause']);
    resolve({ ok: true });
    await first;
    expect(state.app.store.getState().working).toEqual([]);
    const picking = state.app.perform('pick', { kind: 'action', action: { type: 'pick-run' } });
    expect(state.app.store.getState().working).toEqual([]);
    await picking;
  });

  it('forgets why the run could not do something when it has gone another way', async () => {
    const state = fake();
    await state.app.start();
    state.answerWish = () => Promise.resolve({ ok: false, reason: 'Another process holds the run.' });
    await state.app.perform('run:pause', intent);
    const { run, ...rest } = FIXTURES.nine;
    state.app.calls.snapshot({ ...rest, run, revision: rest.revision + 1 });
    expect(state.app.store.getState().refusal?.key).toBe('run:pause');
    state.app.calls.snapshot({ ...rest, run: { ...run, phase: 'paused' }, revision: rest.revision + 2 });
    expect(state.app.store.getState().refusal).toBeUndefined();
  });

  it('turns a thrown error into a refusal', async () => {
    const state = fake();
    state.answerWish = () => Promise.reject(new Error('The channel is closed.'));
    await state.app.perform('run:pause', intent);
    expect(state.app.store.getState().refusal?.reason).toBe('The channel is closed.');
  });
});

describe('what is looked at', () => {
  it('is told to the editor, which answers for the sidebar; a place to write opens with its task', async () => {
    const state = fake();
    await state.app.start();
    state.app.calls.select('feed-page');
    state.app.calls.compose({ kind: 'retry', task: 'activity-endpoint' });
    expect([...new Set(state.looked)].slice(-2)).toEqual(['feed-page', 'activity-endpoint']);
    expect(state.app.store.getState()).toMatchObject({ selected: 'activity-endpoint', open: true, composing: { kind: 'retry', task: 'activity-endpoint' } });
    state.app.calls.shown('feed-page');
    expect(state.app.store.getState()).toMatchObject({ shown: 'feed-page', selected: 'activity-endpoint' });
  });

  it('and what was begun to be written is kept', async () => {
    const state = fake();
    await state.app.start();
    state.app.set({ composing: { kind: 'replan' }, words: { 'r1/replan/': 'two\nlines' } });
    const again = fake(FIXTURES.nine, state.saved.at(-1));
    expect(again.app.store.getState()).toMatchObject({ composing: { kind: 'replan' }, words: { 'r1/replan/': 'two\nlines' } });
    expect(fake(FIXTURES.nine, { composing: { kind: 'retry' }, words: { a: 7 } }).app.store.getState()).toMatchObject({ composing: undefined, words: {} });
  });
});

describe('memory', () => {
  const draft = { title: 'T', instructions: 'I', owns: 'a', offLimits: '', acceptance: '', gate: '', dependsOn: [] };

  it('saves what is looked at and restores it', async () => {
    const { app, saved } = fake();
    await app.start();
    app.set({ selected: 'feed-page', tab: 'gate', filter: 'ready' });
    const again = fake(FIXTURES.nine, saved.at(-1));
    await again.app.start();
    expect(again.app.store.getState()).toMatchObject({ selected: 'feed-page', tab: 'gate', filter: 'ready' });
  });

  it('starts afresh from what it does not understand', () => {
    const { app } = fake(FIXTURES.nine, { selected: 7, tab: 'x', view: null, filter: 'all', drafts: { a: { title: 1 }, b: draft } });
    expect(app.store.getState()).toMatchObject({ selected: undefined, tab: 'overview', view: 'graph', filter: undefined, drafts: { b: draft } });
  });

  it('keeps unsent edits of the present proposal only', async () => {
    const { app } = fake(FIXTURES.plan, { drafts: { 'r1/1/feed-page': draft, 'r1/0/feed-page': draft } });
    await app.start();
    expect(Object.keys(app.store.getState().drafts)).toEqual(['r1/1/feed-page']);
    app.calls.snapshot({ ...FIXTURES.nine, revision: 2 });
    expect(app.store.getState().drafts).toEqual({});
  });
});
