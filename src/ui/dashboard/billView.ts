/** The run's bill as the dashboard shows it. Pure. */
import type { Amount, AttemptBill } from '../../core/bill.js';
import { NEVER_STARTED, billLines, groupBy, sum } from '../../core/bill.js';
import { overshootOf } from '../../core/budget.js';
import type { PrintMoney } from '../../core/billPrint.js';
import { printBill } from '../../core/billPrint.js';
import type { RunState } from '../../core/run.js';
import type { BillLine, BillView, PrintedAmount } from '../../shared/protocol.js';

/** The bill with every figure as it is printed, so that the page rounds nothing itself. */
export function billView(state: RunState): BillView {
  const lines = billLines(state);
  const money = printBill(lines);
  const total = sum(lines);
  const titles = new Map(lines.map((line) => [line.task, line.title]));
  const budget = state.team.limits.runUsd;
  const overshootUsd = overshootOf(state, total);
  const printed = (amount: Amount, choose: Parameters<typeof money>[0]): PrintedAmount => ({ ...amount, printed: money(choose) });
  return {
    total: printed(total, () => true),
    lines: shownLines(lines, state).map((line) => billLine(line, money)),
    byRole: groupBy(lines, (line) => line.role).map(({ key, amount }) => ({ key, amount: printed(amount, (part) => part.line.role === key) })),
    byModel: modelGroups(lines).map(({ key, amount }) => ({ key, amount: printed(amount, ({ line, model }) => (model ?? unnamed(line)) === key) })),
    byTask: groupBy(lines, (line) => line.task).map(({ key, amount }) => ({ key, title: titles.get(key) ?? key, amount: printed(amount, (part) => part.line.task === key) })),
    ...(budget !== undefined && { budgetUsd: budget }),
    ...(overshootUsd !== undefined && { overshootUsd }),
  };
}

/** Was anything reported by an agent at all? Without it no figure is shown. */
export function isBilled(lines: readonly Amount[]): boolean {
  return lines.some((line) => line.unknownUsd || line.usd > 0 || line.inputTokens + line.outputTokens > 0);
}

/** A running attempt that has told nothing yet has no line; once anybody has, a finished one always has: a stopped one is missed else. */
function shownLines(lines: readonly AttemptBill[], state: RunState): readonly AttemptBill[] {
  if (!lines.some(worthShowing)) return [];
  const over = (line: AttemptBill): boolean => {
    const attempts = line.role === 'planner' ? state.plannerAttempts : state.tasks.get(line.task)?.attempts;
    return attempts?.some((each) => each.attempt === line.attempt && each.endedAt !== undefined && each.outcome?.message !== NEVER_STARTED) === true;
  };
  return lines.filter((line) => worthShowing(line) || over(line));
}

/** Its CLI told what it used, or has ended without a word. */
function worthShowing(line: AttemptBill): boolean {
  return line.nothingReported || line.byModel.length > 0;
}

function billLine(line: AttemptBill, money: PrintMoney<AttemptBill>): BillLine {
  return {
    printed: money((part) => part.line === line),
    usd: line.usd,
    unknownUsd: line.unknownUsd,
    inputTokens: line.inputTokens,
    cachedInputTokens: line.cachedInputTokens,
    outputTokens: line.outputTokens,
    task: line.task,
    title: line.title,
    attempt: line.attempt,
    role: line.role,
    agent: line.agent,
    ...(line.model !== undefined && { model: line.model }),
    ...(line.tier !== undefined && { tier: line.tier }),
    apiEquivalent: line.apiEquivalent,
    nothingReported: line.nothingReported,
    ...(!worthShowing(line) && { empty: true as const }),
  };
}

/** By the models that the CLIs named; what told nothing counts under the agent, so that the sum stays the total. */
function modelGroups(lines: readonly AttemptBill[]): readonly { readonly key: string; readonly amount: Amount }[] {
  const parts = lines.flatMap((line) =>
    line.byModel.length > 0
      ? line.byModel.map(({ model, amount }) => ({ ...amount, model }))
      : line.nothingReported
        ? [{ usd: 0, unknownUsd: true, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, model: unnamed(line) }]
        : [],
  );
  return groupBy(parts, (part) => part.model);
}

/** The row of attempts whose CLI told nothing. */
function unnamed(line: AttemptBill): string {
  return `${line.agent} (not reported)`;
}
