/** Opens states of the page in a real browser. */
import type { Browser, Page } from 'playwright-core';
import type { FixtureName } from './fixtures.js';
import type { ThemeName } from './themes.js';

export interface Shot {
  readonly fixture: FixtureName;
  readonly theme?: ThemeName;
  readonly face?: 'dashboard' | 'sidebar';
  readonly width?: number;
  readonly height?: number;
  /** Done before the page is handed out. */
  readonly act?: (page: Page) => Promise<void>;
}

/** Opens a state of the page and waits until it is drawn. Errors of the page are collected in `errors`. */
export async function openPage(browser: Browser, url: string, shot: Shot, errors: string[] = []): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: shot.width ?? 1400, height: shot.height ?? 900 }, locale: 'en-US', timezoneId: 'UTC' });
  const page = await context.newPage();
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  await page.goto(`${url}/?fixture=${shot.fixture}&theme=${shot.theme ?? 'dark'}&face=${shot.face ?? 'dashboard'}`);
  await page.locator('main').first().waitFor();
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await shot.act?.(page);
  return page;
}
