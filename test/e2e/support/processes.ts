/** What processes are, by their command lines. */
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';

/** One command line per process that still exists. */
export async function commandLines(pids: readonly number[]): Promise<string[]> {
  if (process.platform === 'linux') {
    const all = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
    return all.map((line) => line.replaceAll('\0', ' ').trim()).filter((line) => line !== '');
  }
  if (pids.length === 0) return [];
  const { stdout } = await execa('ps', ['-o', 'command=', '-p', pids.join(',')], { reject: false });
  return stdout.split('\n').filter((line) => line !== '');
}
