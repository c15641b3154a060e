/**
 * Events of earlier versions are brought up to date when they are read; the log itself is never rewritten. A version that
 * this program does not know was written by a newer one: then nothing of the run is believed and nothing is changed.
 */
import type { Event } from './events.js';

export const EVENT_VERSION = 1;

/** One event as it was written. */
export type RawEvent = Readonly<Record<string, unknown>>;
export type Migration = (event: RawEvent) => RawEvent;

/** How events of a version become those of the next, by the older version's number. Empty while there is only one. */
const MIGRATIONS: ReadonlyMap<number, Migration> = new Map();

export class EventVersionError extends Error {
  constructor(
    readonly reason: 'newer' | 'no-event',
    message: string,
    /** 1-based, in the log. */
    readonly line: number,
  ) {
    super(message);
  }
  static is(error: unknown, reason?: EventVersionError['reason']): error is EventVersionError {
    return error instanceof EventVersionError && (reason === undefined || error.reason === reason);
  }
}

export interface Versions {
  readonly present: number;
  readonly migrations: ReadonlyMap<number, Migration>;
}

const PRESENT: Versions = { present: EVENT_VERSION, migrations: MIGRATIONS };

/** @param line 1-based, in the log. @throws EventVersionError */
export function presentEvent(raw: unknown, line: number, versions = PRESENT): Event {
  // Nearly always there is nothing to do.
  return versionOf(raw) === versions.present ? (raw as Event) : migrated(raw, line, versions);
}

/** @param before lines of the log that were read earlier. @throws EventVersionError */
export function presentEvents(raw: readonly unknown[], before = 0, versions = PRESENT): readonly Event[] {
  return raw.map((event, at) => presentEvent(event, before + at + 1, versions));
}

function versionOf(event: unknown): unknown {
  return typeof event === 'object' && event !== null && 'v' in event ? event.v : undefined;
}

function migrated(event: unknown, line: number, { present, migrations }: Versions): Event {
  const version = versionOf(event);
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) throw new EventVersionError('no-event', `line ${String(line)} is no event`, line);
  if (version > present) throw new EventVersionError('newer', `line ${String(line)} is an event of version ${String(version)}; this Switchyard knows versions up to ${String(present)}`, line);
  let now = event as RawEvent;
  for (let from = version; from < present; from += 1) {
    const step = migrations.get(from);
    if (step === undefined) throw new EventVersionError('no-event', `line ${String(line)} is an event of version ${String(from)}, which cannot be brought up to date`, line);
    now = { ...step(now), v: from + 1 };
  }
  return now as unknown as Event;
}
