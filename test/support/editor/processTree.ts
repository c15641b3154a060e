/** Ends what a test started: a process group, and what has left it but still carries its mark. */
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';

/** The members of a process group (of a process that was started detached, this is its own pid). */
export async function groupMembers(group: number): Promise<number[]> {
  if (process.platform !== 'linux') {
    const { stdout } = await execa('ps', ['-A', '-o', 'pid=,pgid=']);
    return stdout.split('\n').flatMap((line) => {
      const [pid = 0, itsGroup] = line.trim().split(/\s+/).map(Number);
      return itsGroup === group ? [pid] : [];
    });
  }
  const found: number[] = [];
  for (const pid of await pids()) {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // The second field is the name in parentheses and may hold anything; state, parent and group follow its last `)`.
    if (Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[2]) === group) found.push(pid);
  }
  return found;
}

/** Processes whose environment holds `NAME=value` exactly: those that made themselves independent are found by this. */
export async function processesWith(name: string, value: string): Promise<number[]> {
  const entry = `${name}=${value}`;
  const found: number[] = [];
  if (process.platform === 'linux') {
    for (const pid of await pids()) {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (environment.split('\0').includes(entry)) found.push(pid);
    }
  } else {
    const { stdout } = await execa('ps', ['eww', '-A', '-o', 'pid=,command=']);
    for (const line of stdout.split('\n')) {
      if (line.split(' ').includes(entry)) found.push(Number.parseInt(line, 10));
    }
  }
  return found.filter((pid) => pid !== process.pid);
}

/** Asks every one to end, then forces those that are left; resolves when all are gone. */
export async function endProcesses(all: readonly number[], graceMs = 5_000): Promise<void> {
  for (const pid of all) signal(pid, 'SIGTERM');
  if (await gone(all, graceMs)) return;
  for (const pid of all) signal(pid, 'SIGKILL');
  if (!(await gone(all, graceMs))) throw new Error(`Processes ${all.filter(isAlive).join(', ')} did not end.`);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

async function gone(all: readonly number[], withinMs: number): Promise<boolean> {
  // Other people's processes give no event when they end; this is a bounded look, in tests only.
  for (let waited = 0; waited <= withinMs; waited += 25) {
    if (!(await Promise.all(all.map(isRunning))).includes(true)) return true;
    await delay(25);
  }
  return false;
}

/** Alive and not a zombie that only waits to be read by its parent. */
async function isRunning(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return status !== '' && !/\) [ZX] /.test(status);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function pids(): Promise<number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}
