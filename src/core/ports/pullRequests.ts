/** Pull requests. */
import type { RemoteResult, Sha } from './gitFacts.js';

export interface PullRequestRequest {
  /** The branch that was pushed, and the one it asks to be merged into; names on the remote. */
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

/** Where pull requests are opened. Every refusal is a message for people. */
export interface PullRequests {
  /** Whether they can be opened at all: the program is there and signed in. */
  ready(): Promise<RemoteResult>;
  /** Opens one, or finds the open one of that branch. */
  open(request: PullRequestRequest): Promise<{ readonly ok: true; readonly url: string } | { readonly ok: false; readonly message: string }>;
  /** How one stands; `undefined` when that could not be found out. */
  state(url: string): Promise<{ readonly state: 'open' | 'merged' | 'closed'; readonly commit?: Sha } | undefined>;
}
