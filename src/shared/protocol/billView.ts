/** Tokens and money, as they are shown. */
import type { AgentId, Role } from '../../core/ids.js';
import type { Tier } from '../../core/plan.js';

/** Tokens and money. `usd` sums what is known; `unknownUsd` says that something is not. */
export interface Amount {
  readonly usd: number;
  readonly unknownUsd: boolean;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
}

/** An amount of the bill: `printed` is its known money, in the bill's decimals; printed rows add up to the printed total. */
export interface PrintedAmount extends Amount {
  readonly printed: string;
}

export interface BillLine extends PrintedAmount {
  /** `planner` for the planner's own lines. */
  readonly task: string;
  readonly title: string;
  readonly attempt: number;
  readonly role: Role;
  readonly agent: AgentId;
  readonly model?: string;
  readonly tier?: Tier;
  /** The agent is paid by a subscription: the figure is what the API would have cost. */
  readonly apiEquivalent: boolean;
  /** The CLI told nothing (it failed, or never tells). */
  readonly nothingReported: boolean;
}

export interface BillView {
  readonly total: PrintedAmount;
  readonly lines: readonly BillLine[];
  readonly byRole: readonly { readonly key: string; readonly amount: PrintedAmount }[];
  readonly byModel: readonly { readonly key: string; readonly amount: PrintedAmount }[];
  readonly byTask: readonly { readonly key: string; readonly title: string; readonly amount: PrintedAmount }[];
  /** The run's limit from the team file, if there is one. */
  readonly budgetUsd?: number;
  /** How far the known sum is beyond the limit, when it is. */
  readonly overshootUsd?: number;
}
