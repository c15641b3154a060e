/** A run whose log cannot be believed: nothing of it is opened for writing, nothing is removed, other runs go on. */
import { EventVersionError } from '../core/eventVersions.js';
import { FoldError } from '../core/fold.js';

export type RefusalReason = 'damaged' | 'newer' | 'unreadable';

/** The file is there and not ours to read: a run that was begun with `sudo`, a folder in its place. What may pass (a full table of files) is no such thing. */
const UNREADABLE: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EISDIR', 'ELOOP']);

export class RunRefused extends Error {
  constructor(
    readonly run: string,
    readonly reason: RefusalReason,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'RunRefused';
  }
}

/** The refusal behind a failed reading; `undefined` when the reading itself failed (a disk). */
export function refusal(run: string, error: unknown): RunRefused | undefined {
  if (EventVersionError.is(error, 'newer')) {
    return new RunRefused(run, 'newer', `${run} was made by a newer Switchyard (${error.message}). It is left as it is; update Switchyard to go on with it.`, error);
  }
  if (error instanceof FoldError || EventVersionError.is(error) || isBadLine(error)) {
    return new RunRefused(
      run,
      'damaged',
      `The log of ${run} is damaged: ${error.message.replace(/\.? ?Nothing was changed\.$/, '')}. Its branches and worktrees are as they were, and nothing removes them. ` +
        `switchyard recover --export ${run} --to FOLDER saves what can be read, with a plan that goes on from its branches.`,
      error,
    );
  }
  if (error instanceof Error && 'code' in error && UNREADABLE.has(error.code)) {
    return new RunRefused(run, 'unreadable', `The log of ${run} cannot be read (${error.message}). Nothing of it was changed or is removed, and other runs go on; make it readable for you, then open it again.`, error);
  }
  return undefined;
}

/** The log's own error for a line that is no JSON; its class belongs to the adapter. */
function isBadLine(error: unknown): error is Error {
  return error instanceof Error && 'reason' in error && error.reason === 'bad-line';
}
