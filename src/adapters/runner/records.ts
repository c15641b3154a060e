/** The files of an attempt's folder that tell who runs it and how it ended. Names here are the contract. */
import { join } from 'node:path';
import type { AttemptSpec, Claim, ExitRecord } from '../../core/ports.js';
import { isExitRecord } from '../../core/exitRecord.js';
import { createExclusive, readText, writeAtomic } from '../disk.js';
import type { ProcessRef } from '../process/table.js';

export const FILE = {
  spec: 'spec.json',
  claim: 'claim.json',
  agent: 'agent.json',
  exit: 'exit.json',
  raw: 'stdout.jsonl',
  stderr: 'stderr.txt',
  activity: 'activity.jsonl',
  transcript: 'transcript.txt',
} as const;

/** An agent can write here too: what is no record of ours counts as a damaged one. */
async function readRecord(folder: string, name: string): Promise<Record<string, unknown> | undefined> {
  try {
    const text = await readText(join(folder, name));
    if (text === undefined) return undefined;
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    // Written at once, so only a power cut makes half a file; the machine has restarted since and nobody runs.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'EISDIR') return {};
    throw error;
  }
}

/** The spec, or what is wrong with it. */
export async function readSpec(folder: string): Promise<AttemptSpec | string> {
  const record = await readRecord(folder, FILE.spec);
  if (record === undefined) return `There is no ${FILE.spec} in ${folder}.`;
  const spec = record as Partial<AttemptSpec>;
  const complete = spec.v === 1 && typeof spec.nonce === 'string' && typeof spec.cwd === 'string' && typeof spec.command?.file === 'string' && spec.limits !== undefined;
  return complete ? (spec as AttemptSpec) : `${FILE.spec} in ${folder} is damaged or of another version.`;
}

/** True for exactly one of any number of starters. */
export function makeClaim(folder: string, claim: Claim): Promise<boolean> {
  return createExclusive(join(folder, FILE.claim), JSON.stringify(claim));
}

/** A damaged claim still is one: by a process that no longer exists. */
export async function readClaim(folder: string): Promise<Claim | undefined> {
  const record = await readRecord(folder, FILE.claim);
  if (record === undefined) return undefined;
  const { nonce, pid, startTime, socket, container } = record as Partial<Claim>;
  const inside = typeof container?.engine === 'string' && typeof container.nonce === 'string' ? { container } : {};
  return { v: 1, nonce: nonce ?? '', pid: pid ?? 0, startTime: startTime ?? '', socket: socket ?? '', ...inside };
}

/**
 * The attempt's exit record, the last file that its runner writes; `undefined` while there is none, or none that we understand:
 * then the attempt was interrupted.
 */
export async function readExit(folder: string): Promise<ExitRecord | undefined> {
  const record = await readRecord(folder, FILE.exit);
  return record?.['v'] === 1 && isExitRecord(record) ? record : undefined;
}

/** By atomic rename, on the disk before this resolves. */
export function writeExit(folder: string, record: ExitRecord): Promise<void> {
  return writeAtomic(join(folder, FILE.exit), JSON.stringify(record));
}

/** The agent CLI's own process, once it runs. */
export async function readAgent(folder: string): Promise<ProcessRef | undefined> {
  const record = await readRecord(folder, FILE.agent);
  const { pid, startTime } = (record ?? {}) as Partial<ProcessRef>;
  return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : undefined;
}
