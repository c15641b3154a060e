/** Pictures of every state, for looking at. Run with vite-node or from the browser suite. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { FixtureName } from './fixtures.js';
import type { ThemeName } from './themes.js';

export interface Shot {
  readonly name: string;
  readonly fixture: FixtureName;
  readonly theme?: ThemeName;
  readonly face?: 'dashboard' | 'sidebar';
  readonly width?: number;
  readonly height?: number;
  /** Done before the picture. */
  readonly act?: (page: Page) => Promise<void>;
}

/** Opens a state of the page and waits until it is drawn. */
export async function openPage(browser: Browser, url: string, shot: Shot): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: shot.width ?? 1400, height: shot.height ?? 900 } });
  await page.goto(`${url}/?fixture=${shot.fixture}&theme=${shot.theme ?? 'dark'}&face=${shot.face ?? 'dashboard'}`);
  await page.locator('main').first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  await shot.act?.(page);
  return page;
}

/** Takes the picture into `folder`. */
export async function takeShot(browser: Browser, url: string, shot: Shot, folder: string): Promise<void> {
  const page = await openPage(browser, url, shot);
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${shot.name}.png`), animations: 'disabled' });
  await page.close();
}
