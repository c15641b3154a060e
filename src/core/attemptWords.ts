/** Which attempt a task's result is of, in words. The last one, unless a person went back to an earlier one. */

interface Tried {
  readonly attempt: number;
  /** Put aside by going back. */
  readonly aside?: true;
}

/** `attempt 1 again` after going back; `undefined` where the last attempt counts. */
export function againWords(attempts: readonly Tried[]): string | undefined {
  if (attempts.at(-1)?.aside !== true) return undefined;
  const stands = attempts.findLast((each) => each.aside !== true);
  return stands === undefined ? undefined : `attempt ${String(stands.attempt)} again`;
}

/** `attempt 2 of 3`, where `most` are planned; empty before the first. */
export function attemptWords(attempts: readonly Tried[], most: number): string {
  const last = attempts.at(-1);
  return againWords(attempts) ?? (last === undefined ? '' : `attempt ${String(last.attempt)} of ${String(Math.max(last.attempt, most))}`);
}
