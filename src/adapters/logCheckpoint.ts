/**
 * The checkpoint of a long log, in a file beside it: what the log's beginning was folded to, and a hash of that beginning.
 * It is derived and disposable. It is believed only when it was made by this very program and when the log still begins
 * with exactly those bytes, so a log that was damaged is found out as without it.
 *
 * File: one line of JSON (`Head`), then the state as JSON in ASCII, which is twice as fast to read.
 */
import { webcrypto } from 'node:crypto';
import type { Checkpoint, LogPlace } from '../core/ports.js';
import { writeAtomic } from './disk.js';
import { bytesFrom, NEWLINE } from './logLines.js';

/** What the fold's code was when this program was built: another fold makes another state. */
const FOLDED_BY = process.env['SWITCHYARD_FOLD'] ?? 'source';

interface Head {
  readonly v: 1;
  readonly by: string;
  readonly bytes: number;
  readonly lines: number;
  /** Of the log's first `bytes` bytes, and of the state's text. */
  readonly log: string;
  readonly state: string;
}

const fileOf = (log: string): string => `${log}.checkpoint`;

/** On a thread of the pool, so that it goes on beside the parsing. SHA-1: it finds out damage, not malice. */
async function hashOf(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-1', bytes)).toString('hex');
}

/** The checkpoint of a log, if there is one that fits; never rejects. */
export async function loadCheckpoint(log: string): Promise<Checkpoint | undefined> {
  try {
    const kept = await bytesFrom(fileOf(log));
    if (kept.length === 0) return undefined;
    const split = kept.indexOf(NEWLINE);
    const head = JSON.parse(kept.toString('latin1', 0, split)) as Partial<Head>;
    const { bytes = 0, lines = 0 } = head;
    if (head.v !== 1 || head.by !== FOLDED_BY || lines < 1) return undefined;
    const text = kept.subarray(split + 1);
    const whole = await bytesFrom(log);
    if (whole.length < bytes || whole[bytes - 1] !== NEWLINE) return undefined;
    const hashes = Promise.all([hashOf(whole.subarray(0, bytes)), hashOf(text)]);
    hashes.catch(() => undefined);
    const state = JSON.parse(text.toString('latin1')) as unknown;
    const [ofLog, ofState] = await hashes;
    if (ofLog !== head.log || ofState !== head.state) return undefined;
    const lastStart = bytes < 2 ? 0 : whole.lastIndexOf(NEWLINE, bytes - 2) + 1;
    return { at: { bytes, lines, last: whole.toString('utf8', lastStart, bytes - 1) }, state };
  } catch {
    // Missing, cut short, of another kind: the log itself is read.
    return undefined;
  }
}

/** Keeps what the log up to a place was folded to. */
export async function keepCheckpoint(log: string, at: LogPlace, state: unknown): Promise<void> {
  const whole = await bytesFrom(log);
  const text = JSON.stringify(state).replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const [ofLog, ofState] = await Promise.all([hashOf(whole.subarray(0, at.bytes)), hashOf(Buffer.from(text, 'latin1'))]);
  const head: Head = { v: 1, by: FOLDED_BY, bytes: at.bytes, lines: at.lines, log: ofLog, state: ofState };
  await writeAtomic(fileOf(log), `${JSON.stringify(head)}\n${text}`);
}
