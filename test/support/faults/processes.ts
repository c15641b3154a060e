/** Processes of a test's own folder, from `/proc` (Linux) or `ps` (elsewhere): what may be killed, and what must not be left. */
import { readdir, readFile } from 'node:fs/promises';
import { execa } from 'execa';

export interface Found {
  readonly pid: number;
  readonly ppid: number;
  readonly command: string;
  /** `SWITCHYARD_NONCE` in its environment. */
  readonly nonce: string | undefined;
}

async function fromProc(folder: string): Promise<readonly Found[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const found = await Promise.all(
    pids.map(async (pid): Promise<readonly Found[]> => {
      try {
        const [stat, environ, command] = await Promise.all([readFile(`/proc/${pid}/stat`, 'latin1'), readFile(`/proc/${pid}/environ`, 'utf8'), readFile(`/proc/${pid}/cmdline`, 'utf8')]);
        const [state = '', ppid = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        // Every process of a test has the test's own HOME.
        if (state === 'Z' || !`\0${environ}`.includes(`\0HOME=${folder}/`)) return [];
        return [{ pid: Number(pid), ppid: Number(ppid), command: command.replaceAll('\0', ' ').trim(), nonce: /(?:^|\0)SWITCHYARD_NONCE=([^\0]*)/u.exec(environ)?.[1] }];
      } catch {
        // It has gone, or is somebody else's.
        return [];
      }
    }),
  );
  return found.flat();
}

/** `ps -E` shows the environment of one's own processes on macOS. */
async function fromPs(folder: string): Promise<readonly Found[]> {
  const { stdout } = await execa('ps', ['-x', '-E', '-ww', '-o', 'pid=,ppid=,command=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, ppid, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/u.exec(line) ?? [];
    if (!command.includes(` HOME=${folder}/`)) return [];
    return [{ pid: Number(pid), ppid: Number(ppid), command, nonce: / SWITCHYARD_NONCE=(\S*)/u.exec(command)?.[1] }];
  });
}

/** Living processes that were started with this folder's HOME. */
export function processesOf(folder: string): Promise<readonly Found[]> {
  return process.platform === 'linux' ? fromProc(folder) : fromPs(folder);
}

/** SIGKILL, by pid. False when it had gone. */
export function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
