/** The bill twice: as the headless command tells it, and as the dashboard shows it, in the same words. */
import { join } from 'node:path';
import { execa } from 'execa';
import type { Frame } from 'playwright-core';
import type { Role } from '../../../src/core/ids.js';
import { printBill } from '../../../src/core/billPrint.js';
import { tokens } from '../../../webview/format.js';
import { repositoryRoot } from '../../support/root.js';

interface Money {
  readonly usd: number;
  readonly unknownUsd: boolean;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
}

export interface Bill extends Money {
  readonly run: string;
  readonly tasks: readonly { readonly task: string; readonly attempts: readonly (Money & { readonly attempt: number; readonly role: Role; readonly agent: string; readonly model?: string })[] }[];
}

/** What `switchyard bill --json` says about the repository's last run. */
export async function billOf(root: string, home: string): Promise<Bill> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1' };
  const { stdout } = await execa(process.execPath, [join(repositoryRoot, 'dist', 'cli.js'), 'bill', '--json'], { cwd: root, env, extendEnv: false, stdin: 'ignore' });
  return JSON.parse(stdout) as Bill;
}

const cells = (amount: Money, printed: string): string => [tokens(amount.inputTokens), tokens(amount.cachedInputTokens), tokens(amount.outputTokens), printed].join(' ');

/** The lines a person must read in the bill: the total, then one per attempt as `task attempt: in cached out usd`. */
export function expectedLines(bill: Bill, title: (task: string) => string): string[] {
  const lines = bill.tasks.flatMap(({ task, attempts }) => attempts.map((one) => ({ ...one, task })));
  const money = printBill(lines);
  const rows = lines.filter((one) => one.inputTokens > 0).map((one) => `${title(one.task)} · ${one.attempt}: ${cells(one, money((part) => part.line === one))}`);
  return [`total: ${cells(bill, money(() => true))}`, ...rows.sort()];
}

/** The same lines as the dashboard's Bill shows them. */
export async function shownLines(frame: Frame): Promise<string[]> {
  const figures = new Map<string, string>();
  for (const figure of await frame.locator('.figures .figure').all()) {
    figures.set((await figure.locator('dt').innerText()).trim(), (await figure.locator('dd').innerText()).trim());
  }
  const total = ['Input tokens', 'of them cached', 'Output tokens', 'Spent'].map((name) => figures.get(name) ?? `no ${name}`).join(' ');
  const rows: string[] = [];
  for (const row of await frame.getByRole('region', { name: 'Attempts' }).locator('tbody tr').all()) {
    const numbers = await row.locator('td.num').allInnerTexts();
    if (numbers.length === 4 && numbers[0] !== '0') rows.push(`${(await row.locator('th .cut').innerText()).trim()}: ${numbers.join(' ')}`);
  }
  return [`total: ${total}`, ...rows.sort()];
}

/** Right edges of every figure of the bill's tables, by their heads: one each where the tables are aligned with each other. */
export async function figureEdges(frame: Frame): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const edges = new Map<string, Set<number>>();
  // Role and Model stand side by side where there is room; the others span the page, as the right one of these does.
  for (const table of ['By model', 'By task', 'Attempts']) {
    for (const head of await frame.getByRole('region', { name: table }).locator('thead th.num').all()) {
      const name = (await head.innerText()).trim();
      const box = await head.boundingBox();
      edges.set(name, (edges.get(name) ?? new Set<number>()).add(Math.round((box?.x ?? 0) + (box?.width ?? 0))));
    }
  }
  return edges;
}
