/** The sandbox of Linux for tests: this machine's bubblewrap, else its distribution's, unpacked and not installed. */
import { findExecutable } from '../../src/adapters/agents/detect.js';
import { unpackFromDistribution } from './distribution.js';

/** To put over an environment; nothing where it is there already or cannot be had. */
export async function bubblewrap(environment: Readonly<Record<string, string | undefined>> = process.env): Promise<Readonly<Record<string, string>>> {
  if (process.platform !== 'linux' || (await findExecutable('bwrap', environment)) !== undefined) return {};
  const unpacked = await unpackFromDistribution('bubblewrap');
  return unpacked === undefined ? {} : { PATH: `${unpacked.bin}:${environment['PATH'] ?? ''}`, ...(unpacked.libraries !== '' && { LD_LIBRARY_PATH: unpacked.libraries }) };
}
