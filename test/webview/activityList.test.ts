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
const rowsThere = (): Promise<number> => list.locator('.activity-row').count();

it('follows what is said, and holds no more rows than a screen needs', async () => {
  await say(3_000);
  await shown(3_000);
  expect(await rowsThere()).toBeLessThan(80);
  await say(1);
  await shown(3_001);
});

it('a person who scrolls up keeps their place while more is said, and can go back to the beginning', async () => {
  await list.hover();
  await page.mouse.wheel(0, -600);
  await expect.poll(() => row(3_001).isVisible()).toBe(false);
  const number = Number(/word (\d+)/.exec((await list.locator('.activity-row').nth(20).innerText()))?.[1]);
  // The earlier rows came in above: this row may be measured once more, and then stays.
  await shown(number);
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
