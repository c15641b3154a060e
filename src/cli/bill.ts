/** The bill as `bill --json`, `--csv` and for people. Shapes are the headless command's contract. */
import type { Amount, AttemptBill } from '../core/bill.js';
import { billLines, groupBy, runAmount } from '../core/bill.js';
import { printBill } from '../core/billPrint.js';
import { overshootText } from '../core/budget.js';
import type { RunState } from '../core/run.js';
import { tokens } from './output.js';
import { overshoot } from './summary.js';

/** The answer of `bill --json`. Money in dollars, tokens as counts. */
export function billObject(state: RunState): object {
  const lines = billLines(state);
  const tasks = [...new Set(lines.map((line) => line.task))];
  return {
    run: state.run,
    ...runAmount(state),
    ...overshoot(state),
    tasks: tasks.map((task) => ({
      task,
      attempts: lines
        .filter((line) => line.task === task)
        .map((line) => ({
          attempt: line.attempt,
          role: line.role,
          agent: line.agent,
          ...(line.model !== undefined && { model: line.model }),
          ...(line.tier !== undefined && { tier: line.tier }),
          usd: line.usd,
          unknownUsd: line.unknownUsd,
          apiEquivalent: line.apiEquivalent,
          inputTokens: line.inputTokens,
          cachedInputTokens: line.cachedInputTokens,
          outputTokens: line.outputTokens,
        })),
    })),
  };
}

/**
 * RFC 4180: a header, then a line an attempt. `usd` is what is known of its money; where nothing is, an empty field, never
 * 0. `unknownUsd` says that something is not known, as in `bill --json`.
 */
export function billCsv(state: RunState): string {
  const head = ['run', 'task', 'attempt', 'role', 'agent', 'model', 'tier', 'usd', 'inputTokens', 'cachedInputTokens', 'outputTokens', 'apiEquivalent', 'unknownUsd'];
  const rows = billLines(state).map((line) => [
    state.run,
    line.task,
    line.attempt,
    line.role,
    line.agent,
    line.model ?? '',
    line.tier ?? '',
    line.unknownUsd && line.usd === 0 ? '' : line.usd,
    line.inputTokens,
    line.cachedInputTokens,
    line.outputTokens,
    line.apiEquivalent,
    line.unknownUsd,
  ]);
  return [head, ...rows].map((row) => row.map(field).join(',')).join('\r\n');
}

/** Quoted where needed; a leading formula character is disarmed, because spreadsheets run it. */
function field(value: string | number | boolean): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The bill for people: a row an attempt, then sums by role, then the total. Printed rows add up to the printed total. */
export function describeBill(state: RunState): string {
  const lines = billLines(state);
  const total = runAmount(state);
  const print = printBill(lines);
  const row = (name: string, amount: Amount, choose: Parameters<typeof print>[0]) => [name, withUnknown(print(choose), amount), `${tokens(amount.inputTokens)} in`, `${tokens(amount.cachedInputTokens)} cached`, `${tokens(amount.outputTokens)} out`];
  const over = overshootText(state);
  const label = (line: AttemptBill) => `${line.task} #${String(line.attempt)} ${line.agent}${line.model === undefined ? '' : ` ${line.model}`}`;
  return [
    `Bill of ${state.run}`,
    ...columns([
      ...lines.map((line) => row(label(line), line, (part) => part.line === line)),
      ...groupBy(lines, (line) => line.role).map(({ key, amount }) => row(`all ${key}s`, amount, (part) => part.line.role === key)),
      row('total', total, () => true),
    ]),
    ...(over === undefined ? [] : [`  ${over}`]),
    ...(lines.some((line) => line.apiEquivalent) ? ['  Work on a subscription is shown as what the API would have cost.'] : []),
    ...(total.unknownUsd ? ['  "unknown": an agent told no tokens, or its model has no known price.'] : []),
  ].join('\n');
}

function withUnknown(printed: string, { usd, unknownUsd }: Amount): string {
  if (!unknownUsd) return printed;
  return usd === 0 ? 'unknown' : `${printed} + unknown`;
}

/** The first column is text and begins at the left, the others are numbers and end at the right. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const wide = (at: number) => Math.max(...rows.map((row) => row[at]?.length ?? 0));
  const widths = (rows[0] ?? []).map((_cell, at) => wide(at));
  return rows.map((row) => `  ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('   ')}`);
}
