/** What a command came to: taken, refused with a reason for people, or `undefined` when the person changed their mind. */
import type { WishAnswer } from '../core/wishes.js';

export type Outcome = WishAnswer | undefined;

export const DONE: WishAnswer = { ok: true };

/** Nothing was done; `reason` says so to a person, with what to do next. */
export function refuse(reason: string): WishAnswer {
  return { ok: false, reason };
}
