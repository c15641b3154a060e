import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/core/ids.js';
import type { Billed } from '../../src/core/billPrint.js';
import { moneyDigits, printBill, roundedTogether } from '../../src/core/billPrint.js';
import type { Random } from '../support/random.js';
import { random } from '../support/random.js';

const line = (usd: number, role: Role = 'executor'): Billed => ({ role, usd });
const all = (): boolean => true;
const each = (lines: readonly Billed[]): string[] => {
  const money = printBill(lines);
  return lines.map((one) => money((part) => part.line === one));
};
/** A printed figure in whole units of its last decimal; less than one unit counts as none. */
const units = (text: string): number => (text.startsWith('<') ? 0 : Number(text.replace(/[$,.]/g, '')));

describe('rounding that adds up', () => {
  it('three thirds of a dollar are a dollar', () => {
    expect(each([line(0.3333), line(0.3333), line(0.3334)])).toEqual(['$0.33', '$0.34', '$0.33']);
    expect(printBill([line(0.3333), line(0.3333), line(0.3334)])(all)).toBe('$1.00');
  });
  it('rows that are exact in cents stay as they are', () => {
    expect(each([line(0.31), line(0.29), line(0.4)])).toEqual(['$0.31', '$0.29', '$0.40']);
    expect(roundedTogether([0.1, 0.2, 0.3], 2)).toEqual([10, 20, 30]);
  });
  it('nothing is nothing, and never takes a cent from another', () => {
    expect(each([line(0.335), line(0), line(0.335), line(0.335)])[1]).toBe('$0.00');
    expect(printBill([])(all)).toBe('$0.00');
  });
  it('below a dollar there are as many decimals as the smallest attempt needs', () => {
    expect([[0.5, 0.2], [0.5, 0.004], [0.0004], [0.5, 0.00001], [0.000_000_1], []].map(moneyDigits)).toEqual([2, 4, 4, 6, 6, 2]);
    expect(each([line(0.004), line(0.5)])).toEqual(['$0.0040', '$0.5000']);
  });
  it('from a dollar up cents are enough; what gets none says so', () => {
    const lines = [line(0.002, 'planner'), line(1_234.561), line(2.001)];
    expect(each(lines)).toEqual(['<$0.01', '$1,234.56', '$2.00']);
    expect(printBill(lines)(all)).toBe('$1,236.56');
  });
  it('an attempt is split by model, and the models add up to the attempt', () => {
    const split: Billed = { role: 'executor', usd: 0.999, byModel: [{ model: 'large', amount: { usd: 0.3333 } }, { model: 'small', amount: { usd: 0.6657 } }] };
    const money = printBill([split]);
    expect([money((part) => part.model === 'large'), money((part) => part.model === 'small'), money(all)]).toEqual(['$0.33', '$0.67', '$1.00']);
  });

  const ROLES: readonly Role[] = ['planner', 'executor', 'reviewer'];
  const someBill = (seed: Random) => Array.from({ length: seed.below(40) }, () => ({ role: seed.pick(ROLES), task: seed.pick(['a', 'b', 'c', 'd']), usd: seed.below(seed.pick([2, 50_000, 3_000_000_000])) / 1e9 }));
  const BILLS = Array.from({ length: 200 }, (_, at) => someBill(random(at + 1)));

  it('200 random bills: attempts, roles and tasks each add up to the printed total, in the same decimals', () => {
    for (const lines of BILLS) {
      const money = printBill(lines);
      const tables = [
        lines.map((one) => money((part) => part.line === one)),
        ROLES.map((key) => money((part) => part.line.role === key)),
        ['a', 'b', 'c', 'd'].map((key) => money((part) => part.line.task === key)),
      ];
      for (const table of tables) expect(table.reduce((sum, text) => sum + units(text), 0)).toBe(units(money(all)));
    }
  });
  it('200 random bills: a printed role is at most one unit from what it really is, the total half of one', () => {
    for (const lines of BILLS) {
      const money = printBill(lines);
      const scale = 10 ** moneyDigits(lines.map((one) => one.usd));
      const away = (choose: (one: Billed) => boolean): number => Math.abs(units(money((part) => choose(part.line))) - lines.filter(choose).reduce((sum, one) => sum + one.usd, 0) * scale);
      expect(away(all)).toBeLessThanOrEqual(0.5 + 1e-6);
      for (const key of ROLES) expect(away((one) => one.role === key)).toBeLessThanOrEqual(1 + 1e-6);
    }
  });
});
