import { execFile } from 'node:child_process';

/** Standard output of a system tool, or nothing when it fails (`ps -p` of a pid that is gone exits 1). */
export function output(file: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  return new Promise((resolve) => {
    execFile(file, [...args], { env, maxBuffer: 256 * 1024 * 1024, windowsHide: true }, (_error, stdout) => resolve(stdout));
  });
}
