import { mkdir } from 'node:fs/promises';
import type { AttemptSpec } from '../../core/ports.js';
import { PRIVATE_FOLDER } from '../disk.js';
import { makeClaim, writeExit } from './records.js';

/**
 * Makes sure that an attempt nobody has claimed never starts: a slow terminal may still launch its runner, which then
 * finds this claim and only looks on. False when somebody has claimed it.
 */
export async function foreclose(spec: Pick<AttemptSpec, 'folder' | 'nonce'>, message: string, now: number): Promise<boolean> {
  await mkdir(spec.folder, { recursive: true, mode: PRIVATE_FOLDER });
  if (!(await makeClaim(spec.folder, { v: 1, nonce: spec.nonce, pid: 0, startTime: '', socket: '' }))) return false;
  const outcome = { ok: false, reason: 'interrupted', message, usage: [], usageIsCumulative: false, denied: [] } as const;
  await writeExit(spec.folder, { v: 1, nonce: spec.nonce, startedAt: now, endedAt: now, exitCode: null, signal: null, ended: 'not-started', outcome });
  return true;
}
