/**
 * What a person can ask for, from any window, the dashboard or a headless command. A wish is a file in the inbox;
 * only the one writer turns it into events. It is validated again there: a wish is outside input.
 */
import type { LeakChoice } from './leak.js';
import type { Contract, Tier } from './plan.js';
import type { KeptSide } from './run.js';

/** One comment of a person on a line of a reviewed diff. */
export interface ReviewComment {
  /** Repository path. */
  readonly path: string;
  /** 1-based, in the new version of the file. */
  readonly line: number;
  readonly text: string;
}

/** Changes to a proposed plan, before it is approved. */
export type PlanEdit =
  | {
      readonly kind: 'task';
      readonly task: string;
      readonly title?: string;
      readonly instructions?: string;
      readonly tier?: Tier;
      readonly dependsOn?: readonly string[];
      readonly contract?: Partial<Contract>;
    }
  | { readonly kind: 'remove'; readonly task: string };

export type Wish =
  | { readonly type: 'approve-plan'; readonly run: string; readonly revision: number }
  | { readonly type: 'edit-plan'; readonly run: string; readonly revision: number; readonly edit: PlanEdit }
  /** Throws the proposal away: the whole run if nothing was approved yet, else only the proposed revision. */
  | { readonly type: 'discard-plan'; readonly run: string }
  /** Sends the proposal back to the planner with the person's words. */
  | { readonly type: 'ask-changes'; readonly run: string; readonly text: string }
  /** Lands a ready task: *Approve & Merge*. `feedback` is kept with the task; no agent is told. */
  | { readonly type: 'approve'; readonly run: string; readonly task: string; readonly feedback?: string }
  | {
      readonly type: 'retry';
      readonly run: string;
      readonly task: string;
      readonly feedback?: string;
      readonly comments?: readonly ReviewComment[];
    }
  /** `task` is the failing one whose evidence the planner gets; without it the whole rest is planned again. */
  | { readonly type: 'replan'; readonly run: string; readonly task?: string; readonly feedback?: string }
  /** Back to an earlier attempt's green result (without one, the last green one's); what came after is kept as a backup. */
  | { readonly type: 'back'; readonly run: string; readonly task: string; readonly attempt?: number }
  | { readonly type: 'drop'; readonly run: string; readonly task: string; readonly feedback?: string }
  /** Lets a task keep changes outside what it owns, after its boundary check failed. */
  | { readonly type: 'allow-paths'; readonly run: string; readonly task: string; readonly paths: readonly string[] }
  /** What to do with changes that a task's agent left outside its worktree: one leak, or all that are open. */
  | { readonly type: 'leak'; readonly run: string; readonly task: string; readonly leak?: string; readonly choice: LeakChoice }
  /** Stops one task's agent, or every agent of the run, keeping all work. `by`: because the editor was quit. */
  | { readonly type: 'stop'; readonly run: string; readonly task?: string; readonly by?: 'quit' }
  /** Starts nothing new; what runs goes on. */
  | { readonly type: 'pause'; readonly run: string }
  | { readonly type: 'go-on'; readonly run: string }
  /** Stops the headless agent so that the person can continue its session by hand. */
  | { readonly type: 'take-over'; readonly run: string; readonly task: string }
  /**
   * Lays a conflict with the base into the task's worktree, for the person to resolve; `check` concludes it. `keep` decides
   * about paths (all when none are named); once all are decided it is checked.
   */
  | { readonly type: 'resolve-conflict'; readonly run: string; readonly task: string; readonly keep?: KeptSide; readonly paths?: readonly string[] }
  /** The person is done with a task they took over, or changed its worktree by hand: check it again. */
  | { readonly type: 'check'; readonly run: string; readonly task: string }
  /** *Undo Landing*: lands the revert of a task's landing (without one, of the whole run's), gated like any other change. */
  | { readonly type: 'undo'; readonly run: string; readonly task?: string }
  /** *Land the Run*: lands the integration branch on the base, or checks it again where it could not. */
  | { readonly type: 'land-run'; readonly run: string }
  /** *Bring In*: moves the base up to its branch on the remote, as the last fetch left it. */
  | { readonly type: 'bring-in'; readonly run: string };

export type WishType = Wish['type'];

/** Answer to a wish. A refusal says why and what to do instead. */
export type WishAnswer = { readonly ok: true } | { readonly ok: false; readonly reason: string };
