/** What the views and the host ask of each other. */
import type { ActivityLine } from '../../core/activity.js';
import type { Wish, WishAnswer } from '../../core/wishes.js';
import type { Snapshot } from './runView.js';

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** Things the host does in the editor for the dashboard; none changes the run by itself. */
export type HostAction =
  | { readonly type: 'decompose' }
  | { readonly type: 'open-dashboard'; readonly task?: string }
  | { readonly type: 'review'; readonly task: string; readonly path?: string }
  | { readonly type: 'try-it'; readonly task: string }
  | { readonly type: 'stray-changes'; readonly task: string }
  /** Opens a leak's patch in an editor. */
  | { readonly type: 'show-patch'; readonly task: string; readonly leak: string }
  | { readonly type: 'take-over'; readonly task: string }
  | { readonly type: 'resolve-conflict'; readonly task: string }
  | { readonly type: 'show-terminal'; readonly task: string }
  /** Opens the task's pull request in the browser. */
  | { readonly type: 'open-pull-request'; readonly task: string }
  | { readonly type: 'allow-paths'; readonly task: string }
  | { readonly type: 'cancel-planning' }
  /** With a person's words the wish is sent, review comments along; without, the dashboard asks for them. */
  | { readonly type: 'retry-with-feedback'; readonly task: string; readonly text?: string }
  | { readonly type: 'replan-with-feedback'; readonly task?: string; readonly text?: string }
  | { readonly type: 'ask-changes'; readonly text?: string }
  | { readonly type: 'open-team-file' }
  | { readonly type: 'refresh-agents' }
  | { readonly type: 'trust' }
  | { readonly type: 'open-folder' }
  | { readonly type: 'init-repository' }
  /** Looks again for git and a repository. */
  | { readonly type: 'check-again' }
  | { readonly type: 'open-source-control' }
  | { readonly type: 'pick-run' }
  /** Asks what becomes of a run whose log is damaged. */
  | { readonly type: 'recover-run'; readonly run: string }
  /** Asks where, then writes all receipts of the shown run as JSON. */
  | { readonly type: 'export-receipts' }
  | { readonly type: 'copy'; readonly text: string };

/** What the dashboard can ask a person to write. */
export type Composing =
  | { readonly kind: 'retry'; readonly task: string }
  | { readonly kind: 'replan'; readonly task?: string }
  | { readonly kind: 'ask-changes' };

/** Offered by the host, called by the webview. */
export interface HostCalls {
  /** The webview is up: answers with the present snapshot; later ones are pushed. */
  ready(): Promise<Snapshot>;
  /** `ticket` comes back by `accepted` once nothing is left to ask the person. */
  wish(wish: Wish, ticket?: string): Promise<WishAnswer>;
  action(action: HostAction): Promise<WishAnswer>;
  /** The dashboard shows this task now; also the answer to `select` and `compose`. */
  looking(task?: string): Promise<void>;
  /** Activity of one attempt from `afterSeq` on (0 for all; the host may start later when it is very long). */
  activity(task: string, attempt: number, afterSeq: number): Promise<Answer<readonly ActivityLine[]>>;
  /** Unified diff of the task's fixed tree against its merge base, for one path. */
  diff(task: string, path: string): Promise<Answer<string>>;
  /** The whole output of one attempt's gate (the last 200,000 characters). */
  gateOutput(task: string, attempt: number): Promise<Answer<string>>;
}

/** Offered by the webview, called by the host. */
export interface WebviewCalls {
  snapshot(snapshot: Snapshot): void;
  /** New lines of a working agent; a gap in `seq` means: ask for `activity` again. */
  activityLines(task: string, attempt: number, lines: readonly ActivityLine[]): void;
  /** Select a task (from the tree, a notification or the status bar). */
  select(task: string): void;
  /** Opens the place to write in, with its task selected. */
  compose(composing: Composing): void;
  /** A wish with this ticket is being carried out: no question to the person is open any more. */
  accepted(ticket: string): void;
  /** To the sidebar: the task that the dashboard shows, if there is one. */
  shown(task?: string): void;
}

/** How the host tells the page which of its two faces to show: an attribute on the root element. */
export type Face = 'dashboard' | 'sidebar';
