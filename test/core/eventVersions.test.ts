import { describe, expect, it } from 'vitest';
import type { Migration } from '../../src/core/eventVersions.js';
import { EventVersionError, presentEvents } from '../../src/core/eventVersions.js';

const created = { v: 1, seq: 1, at: 'T', type: 'run.created' };
const migrations = new Map<number, Migration>([
  [1, ({ type, ...rest }) => ({ ...rest, type: type === 'old.name' ? 'new.name' : type })],
  [2, (event) => ({ ...event, by: 'person' })],
]);

describe('events of several versions', () => {
  it('those of the present version are handed on as they are', () => {
    const events = [created, { ...created, seq: 2 }];
    presentEvents(events).forEach((event, at) => expect(event).toBe(events[at]));
  });

  it('older ones go through every step, each from its own version', () => {
    const events = [{ v: 1, seq: 1, type: 'old.name' }, { v: 2, seq: 2, type: 'new.name' }, { v: 3, seq: 3, type: 'new.name', by: 'yes' }];
    expect(presentEvents(events, 0, { present: 3, migrations })).toEqual([
      { v: 3, seq: 1, type: 'new.name', by: 'person' },
      { v: 3, seq: 2, type: 'new.name', by: 'person' },
      { v: 3, seq: 3, type: 'new.name', by: 'yes' },
    ]);
    expect(events[0]).toEqual({ v: 1, seq: 1, type: 'old.name' });
  });

  it.each<[string, unknown, EventVersionError['reason'], RegExp]>([
    ['a newer version', { v: 2, seq: 3 }, 'newer', /line 8 is an event of version 2; this Switchyard knows versions up to 1/],
    ['no version', { seq: 3 }, 'no-event', /line 8 is no event/],
    ['no object', 3, 'no-event', /line 8/],
    ['null', null, 'no-event', /line 8/],
    ['half a version', { v: 0.5 }, 'no-event', /line 8/],
  ])('%s is refused with its line', (_what, event, reason, message) => {
    let thrown: unknown;
    try {
      presentEvents([created, created, event], 5);
    } catch (error) {
      thrown = error;
    }
    expect(EventVersionError.is(thrown, reason)).toBe(true);
    expect((thrown as Error).message).toMatch(message);
  });

  it('a version that nothing leads on from is refused', () => {
    expect(() => presentEvents([{ v: 1 }], 0, { present: 2, migrations: new Map() })).toThrow('cannot be brought up to date');
  });
});
