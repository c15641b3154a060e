/** Packages of the Linux distribution, where tests may have them; only Debian's family is known. */
import { execa } from 'execa';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { testCache } from './agentClis.js';

/** Gives false where it may not or cannot; what apt-get says on failure is shown. */
export async function installFromDistribution(...packages: readonly string[]): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, reject: false, timeout: 10 * 60_000, stdin: 'ignore', stdout: 'ignore', stderr: 'inherit' } as const;
  console.log(`Installing ${packages.join(', ')} with apt-get …`);
  await execa('apt-get', ['update'], options);
  const result = await execa('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options);
  return result.exitCode === 0;
}

export interface Unpacked {
  /** For the front of `PATH`. */
  readonly bin: string;
  readonly libraries: string;
}

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

/**
 * Packages, and what they need that is missing here, unpacked into the test cache: nothing is installed, so no other test
 * on this machine behaves differently. `undefined` where there is no apt-get or it cannot have them.
 */
export async function unpackFromDistribution(...packages: readonly string[]): Promise<Unpacked | undefined> {
  if (process.platform !== 'linux') return undefined;
  const folder = join(testCache(), 'packages', packages.join('+'));
  if (!(await exists(folder)) && !(await unpack(packages, folder))) return undefined;
  const multiarch = (await readdir(join(folder, 'usr/lib')).catch((): string[] => [])).filter((name) => name.includes('-linux-'));
  return { bin: ['usr/bin', 'usr/sbin', 'bin', 'sbin'].map((path) => join(folder, path)).join(':'), libraries: multiarch.map((name) => join(folder, 'usr/lib', name)).join(':') };
}

async function unpack(packages: readonly string[], folder: string): Promise<boolean> {
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }, reject: false, timeout: 5 * 60_000, stdin: 'ignore' } as const;
  const missing = async (): Promise<readonly string[]> => {
    const { stdout } = await execa('apt-get', ['install', '--simulate', '-qq', '-y', '--no-install-recommends', ...packages], options);
    return [...stdout.matchAll(/^Inst (\S+) /gm)].flatMap(([, name]) => name ?? []);
  };
  let names = await missing();
  if (names.length === 0 && process.getuid?.() === 0) {
    await execa('apt-get', ['update'], options);
    names = await missing();
  }
  // They may be installed, and not be found by who asks: then the packages themselves are unpacked once more.
  if (names.length === 0) names = packages;
  await mkdir(join(folder, '..'), { recursive: true });
  const temporary = await mkdtemp(`${folder}.`);
  try {
    const got = await execa('apt-get', ['download', ...names], { ...options, cwd: temporary });
    if (got.exitCode !== 0) return false;
    const root = join(temporary, 'root');
    for (const name of (await readdir(temporary)).filter((each) => each.endsWith('.deb'))) await execa('dpkg', ['-x', name, root], { cwd: temporary });
    // Somebody else may have been first.
    await rename(root, folder).catch(() => undefined);
    return await exists(folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
