/**
 * A bill's money as it is printed: every figure in the same decimals, and the printed rows of any table add up to the
 * printed total. Rounding each row by itself would not: three rows of $0.333 print $0.33 under a total of $1.00.
 */
import type { Role } from './ids.js';

/** What is printed; `byModel` splits `usd` where an agent worked with several models. */
export interface Billed {
  readonly role: Role;
  readonly usd: number;
  readonly byModel?: readonly { readonly model: string; readonly amount: { readonly usd: number } }[];
}

/** One figure that is not divided further: an attempt's money for one model (`undefined` when it named none). */
export interface BillPart<T extends Billed> {
  readonly line: T;
  readonly model: string | undefined;
  readonly usd: number;
}

/** The known money of the parts that `choose` takes: `$0.84`, or `<$0.01` for a part that got no cent of the total. */
export type PrintMoney<T extends Billed> = (choose: (part: BillPart<T>) => boolean) => string;

/** Amounts are exact to nine decimals (see `plus`); whole numbers of these add up without noise. */
const NANO = 1e9;
const MOST_DIGITS = 6;

/**
 * Cents, from a dollar up. Below, as many decimals as the smallest attempt needs: there a cent is a large part.
 * `usd` are the attempts' amounts; those of 0 need none.
 */
export function moneyDigits(usd: readonly number[]): number {
  const spent = usd.filter((each) => each > 0);
  if (spent.length === 0 || spent.reduce((sum, each) => sum + each, 0) >= 1) return 2;
  const least = Math.min(...spent);
  let digits = 2;
  while (digits < MOST_DIGITS && Math.round(least * NANO) < NANO / 10 ** digits) digits += 2;
  return digits;
}

/**
 * Rounds amounts to whole units of `10 ** -digits` dollars by rounding their running sum, so that the units of any
 * amounts that stand side by side differ from what they really are by less than one, and all together by at most a half.
 */
export function roundedTogether(usd: readonly number[], digits: number): readonly number[] {
  const unit = NANO / 10 ** digits;
  let sum = 0;
  let given = 0;
  return usd.map((each) => {
    sum += Math.round(each * NANO);
    const units = Math.round(sum / unit) - given;
    given += units;
    return units;
  });
}

/** Prints any part of a bill. Attempts of a role and of a task stand side by side, so these tables are the most exact. */
export function printBill<T extends Billed>(lines: readonly T[]): PrintMoney<T> {
  const digits = moneyDigits(lines.map((line) => line.usd));
  const roles = [...new Set(lines.map((line) => line.role))];
  const parts = roles.flatMap((role) => lines.filter((line) => line.role === role)).flatMap(partsOf);
  const units = roundedTogether(parts.map((part) => part.usd), digits);
  const format = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const dollars = (count: number): string => `$${format.format(count / 10 ** digits)}`;
  return (choose) => {
    const chosen = parts.map((part, at) => ({ usd: part.usd, units: units[at] ?? 0, taken: choose(part) })).filter((each) => each.taken);
    const sum = chosen.reduce((all, each) => all + each.units, 0);
    return sum === 0 && chosen.some((each) => each.usd > 0) ? `<${dollars(1)}` : dollars(sum);
  };
}

function partsOf<T extends Billed>(line: T): readonly BillPart<T>[] {
  const models = line.byModel ?? [];
  return models.length === 0 ? [{ line, model: undefined, usd: line.usd }] : models.map(({ model, amount }) => ({ line, model, usd: amount.usd }));
}
