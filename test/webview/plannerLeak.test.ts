/** A planner that wrote somewhere: said across the page before its plan is believed, with what can become of it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { repositoryRoot } from '../support/root.js';
import { openPage } from '../support/webviewHarness/openPage.js';
import type {} from '../support/webviewHarness/page.js';
import { startWebviewServer, type WebviewServer } from '../support/webviewHarness/server.js';

let server: WebviewServer;
let browser: Browser;
const errors: string[] = [];
beforeAll(async () => {
  [server, browser] = await Promise.all([startWebviewServer(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await server.close();
  expect(errors).toEqual([]);
});

it('is kept, undone or looked at from its banner', async () => {
  const page = await openPage(browser, server.url, { fixture: 'planner-leak' }, errors);
  const banner = page.locator('.banner', { hasText: 'changed PLAN.md in your checkout' });
  await banner.waitFor();
  const folder = join(repositoryRoot, 'test-output', 'webview');
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, 'planner-leak-dark.png') });
  await banner.getByRole('button', { name: 'Show' }).click();
  await banner.getByRole('button', { name: 'Keep' }).click();
  await banner.getByRole('button', { name: 'Undo' }).click();
  const leak = { type: 'leak', run: 'r1', task: 'planner', leak: '1-1' };
  expect(await page.evaluate(() => window.harness.wishes)).toEqual([{ ...leak, choice: 'keep' }, { ...leak, choice: 'undo' }]);
  expect(await page.evaluate(() => window.harness.actions)).toEqual([{ type: 'show-patch', task: 'planner', leak: '1-1' }]);
});
