/** Installs packages of the Linux distribution where this user may; only Debian's family is known. */
import { execa } from 'execa';

/** Gives false where it may not or cannot; what apt-get says on failure is shown. */
export async function installFromDistribution(...packages: readonly string[]): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, reject: false, timeout: 10 * 60_000, stdin: 'ignore', stdout: 'ignore', stderr: 'inherit' } as const;
  console.log(`Installing ${packages.join(', ')} with apt-get …`);
  await execa('apt-get', ['update'], options);
  const result = await execa('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options);
  return result.exitCode === 0;
}
