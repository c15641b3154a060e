/** A program of this machine that is asked something: an argument vector, a time limit, its words. */
import { execFile } from 'node:child_process';

export interface Said {
  readonly failed: boolean;
  readonly out: string;
  readonly err: string;
  /** Of standard error, else of standard output, else what the system says. */
  readonly lastLine: string;
}

/** Never rejects; more than a megabyte is a failure. */
export function askProgram(file: string, args: readonly string[], options: { readonly env: Readonly<Record<string, string | undefined>>; readonly timeoutMs: number; readonly cwd?: string; readonly signal?: AbortSignal }): Promise<Said> {
  const { env, timeoutMs: timeout, cwd, signal } = options;
  return new Promise((resolve) => {
    execFile(file, [...args], { env, timeout, maxBuffer: 1_000_000, windowsHide: true, ...(cwd !== undefined && { cwd }), ...(signal !== undefined && { signal }) }, (error, out, err) => {
      const last = (text: string): string | undefined => text.trim().split('\n').at(-1)?.trim().slice(0, 300) || undefined;
      resolve({ failed: error !== null, out: out.trim(), err: err.trim(), lastLine: (last(err) ?? last(out) ?? error?.message.split('\n')[0] ?? 'it said nothing').replace(/[.\s]+$/, '') });
    });
  });
}
