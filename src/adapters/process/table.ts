/** What we need to know about processes, on every platform. */

/** One process, safe against reuse of its pid: equal pid and start time mean the same process. */
export interface ProcessRef {
  readonly pid: number;
  /** The system's own notion of when the pid started; opaque, compared for equality only. */
  readonly startTime: string;
}

export interface ProcessRow extends ProcessRef {
  readonly ppid: number;
  /** POSIX session (Linux) or process group (macOS); 0 where there is none. */
  readonly session: number;
  /** Its environment holds the nonce that was asked for. */
  readonly marked: boolean;
}

export interface ListOptions {
  /** Marks processes whose environment holds `SWITCHYARD_NONCE=<nonce>`. */
  readonly nonce: string;
  /**
   * Only processes started after this pid matter, and that was seconds ago: lets Linux look at new pids only.
   * A hint: a table may list more.
   */
  readonly newerThan?: number;
}

/** Dead and zombie processes are never listed: they hold nothing any more. */
export interface ProcessTable {
  startTime(pid: number): Promise<string | undefined>;
  /** Those of `refs` that still run and still are the same processes. */
  alive(refs: readonly ProcessRef[]): Promise<readonly ProcessRef[]>;
  list(options: ListOptions): Promise<readonly ProcessRow[]>;
  /** Signals processes that the caller has just found alive. One that is gone by now is no error. */
  signal(refs: readonly ProcessRef[], signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** `process.kill` where a process that has gone, or became somebody else's, is no error. */
export function signalPosix(refs: readonly ProcessRef[], signal: NodeJS.Signals): Promise<void> {
  for (const { pid } of refs) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    }
  }
  return Promise.resolve();
}
