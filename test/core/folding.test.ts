/** A long log: folded in one go, in parts, from a kept state and event by event, it gives the same; what was handed out never changes. */
import { expect, test } from 'vitest';
import { packState, unpackState } from '../../src/core/checkpoint.js';
import type { Event } from '../../src/core/events.js';
import { apply, fold, folding, foldOn } from '../../src/core/fold.js';
import { timeReader } from '../../src/core/logTime.js';
import type { RunState } from '../../src/core/run.js';
import { longLog } from '../support/longLog.js';

const events = longLog(1_200, 5).trimEnd().split('\n').map((line) => JSON.parse(line) as Event);
const whole = fold(events) as RunState;

test('the log is what it says', () => {
  expect(whole.seq).toBe(1_200);
  expect([...whole.tasks.values()].map((task) => task.attempts.length > 20)).toEqual([true, true, true, true, true]);
  expect(whole.receipts.length).toBeGreaterThan(60);
});

test('event by event, in parts and from a kept state it folds to the same', () => {
  expect(events.reduce<RunState | undefined>((state, event) => apply(state, event), undefined)).toEqual(whole);
  const half = foldOn(undefined, events.slice(0, 700));
  expect(foldOn(half, events.slice(700))).toEqual(whole);
  const kept = unpackState(JSON.parse(JSON.stringify(packState(half as RunState))), 'r1', 700);
  expect(kept).toEqual(half);
  expect(foldOn(kept, events.slice(700))).toEqual(whole);
});

test('what a folding has handed out stays as it was while it goes on', () => {
  const log = folding();
  const handedOut: { readonly state: RunState; readonly copy: RunState }[] = [];
  events.forEach((event, at) => {
    log.add(event);
    const state = at % 97 === 0 ? log.state() : undefined;
    if (state !== undefined) handedOut.push({ state, copy: structuredClone(state) });
  });
  expect(log.state()).toEqual(whole);
  expect(handedOut.length).toBeGreaterThan(10);
  for (const { state, copy } of handedOut) expect(state).toEqual(copy);
});

test('a kept state is not believed for another run or another length, or when it is none', () => {
  const packed = packState(whole);
  expect(unpackState(packed, 'r2', 1_200)).toBeUndefined();
  expect(unpackState(packed, 'r1', 1_199)).toBeUndefined();
  for (const none of [undefined, null, 7, [], {}, { ...(packed as object), tasks: {} }, { ...(packed as object), changes: [1] }]) expect(unpackState(none, 'r1', 1_200)).toBeUndefined();
});

test('times are read as the system reads them', () => {
  const read = timeReader();
  const texts = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:59.999Z', '2026-01-01T00:01:00.001Z', '2026-01-01T00:00:07.010Z', '2024-02-29T23:59:59.500Z', '2026-01-01T00:00:07Z', '2026-01-01T00:00:07.5Z', '2026-01-01T01:00:07.000+01:00'];
  expect(texts.map(read)).toEqual(texts.map((text) => Date.parse(text)));
  for (const wrong of ['2026-01-01T00:00:61.000Z', '2026-01-01T00:00:0x.000Z', 'yesterday', '', 'x'.repeat(24)]) expect(read(wrong)).toBeNaN();
});
