/** Tokens and money, as they are shown. */
import type { Amount, AttemptBill } from '../../core/bill.js';

export type { Amount };

/** An amount of the bill: `printed` is its known money, in the bill's decimals; printed rows add up to the printed total. */
export interface PrintedAmount extends Amount {
  readonly printed: string;
}

/** One attempt's line; its task is `planner` for the planner's own. */
export type BillLine = PrintedAmount & Omit<AttemptBill, 'byModel'> & {
  /** It is over and used nothing that anybody counted, e.g. because it was stopped. */
  readonly empty?: true;
};

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
