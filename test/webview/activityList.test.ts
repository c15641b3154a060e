/** The live list of what an agent did, in a real browser: it follows its end until a person scrolls up, and then keeps their place. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { openPage } from '../support/webviewHarness/openPage.js';
import type {} from '../support/webviewHarness/page.js';
import { activity } from '../support/webviewHarness/texts.js';
import { startWebviewServer, type WebviewServer } from '../support/webviewHarness/server.js';

const TASK = 'activity-endpoint';
let server: WebviewServer;
let browser: Browser;
let page: Page;
let list: Locator;
let last = activity().length;
let said = 0;
const errors: string[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([startWebviewServer(), launchBrowser()]);
  page = await openPage(browser, server.url, { fixture: 'nine' }, errors);
  await page.locator(`[data-task="${TASK}"]`).click();
  await page.getByRole('tab', { name: 'Activity' }).click();
  list = page.getByRole('region', { name: /^Activity of attempt/ });
  await list.locator('.activity-row').first().waitFor();
});
afterAll(async () => {
  await browser.close();
  await server.close();
});
afterEach(() => expect(errors.splice(0)).toEqual([]));

/** So many more messages; their numbers go on. */
async function say(count: number): Promise<void> {
  const attempt = await page.evaluate(() => window.harness.asked.at(-1)?.[1] ?? 0);
  const lines = Array.from({ length: count }, (_, n) => ({ seq: last + n + 1, at: 1_700_000_000_000 + n, type: 'message' as const, text: `word ${said + n + 1}` }));
  last += count;
  said += count;
  await page.evaluate(([task, of, told]) => window.harness.lines(task, of, told), [TASK, attempt, lines] as const);
}

const row = (number: number): Locator => list.locator('.activity-row', { hasText: new RegExp(`word ${number}$`) });
const shown = (number: number): Promise<void> => row(number).waitFor();
/** Where a row stands in the window, in whole pixels. */
const top = async (number: number): Promise<number> => Math.round((await row(number).boundingBox())?.y ?? Number.NaN);
/** The number of the row that stands in the middle of the list. */
async function inTheMiddle(): Promise<number> {
  const text = await list.evaluate((box) => {
    const { left, top, height } = box.getBoundingClientRect();
    return document.elementFromPoint(left + 100, top + height / 2)?.closest('.activity-row')?.textContent;
  });
  return Number(/word (\d+)$/.exec(text ?? '')?.[1]);
}
const rowsThere = (): Promise<number> => list.locator('.activity-row').count();

it('follows what is said, and holds no more rows than a few screens need', async () => {
  await say(2_850);
  await shown(2_850);
  for (let each = 2_851; each <= 3_001; each += 1) await say(1);
  await shown(3_001);
  expect(await rowsThere()).toBeLessThanOrEqual(200);
  await say(1);
  await shown(said);
  expect(await list.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight)).toBeLessThan(2);
});

it('a person who scrolls up keeps their place while more is said, and can go back to the beginning', async () => {
  await list.hover();
  await page.mouse.wheel(0, -600);
  await expect.poll(() => row(said).isVisible()).toBe(false);
  const number = await inTheMiddle();
  expect(number).toBeGreaterThan(said - 100);
  await say(50);
  const before = await top(number);
  await say(50);
  await shown(number);
  expect(await top(number)).toBe(before);
  await list.focus();
  await page.keyboard.press('Home');
  await list.getByText('Session started').waitFor();
  expect(await rowsThere()).toBeLessThan(80);
});

it('back at the end it follows again', async () => {
  await list.focus();
  await page.keyboard.press('End');
  await shown(said);
  await say(200);
  await shown(said);
});
