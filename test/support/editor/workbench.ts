/** A window of the editor in a browser, and what a person does in it: commands, keys, looking. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Frame, Locator, Page } from 'playwright-core';
import { testOutput } from '../root.js';
import type { Editor } from './start.js';

export interface Workbench {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Runs a command by its full title through the command palette, as a person does. */
  runCommand(title: string): Promise<void>;
  /** Types into the input box or quick pick that is open and confirms it. */
  answer(text: string): Promise<void>;
  /** The frame of a webview that holds a match of `selector`; waits for it. */
  webview(selector: string, timeoutMs?: number): Promise<Frame>;
  /** The status bar item whose text or label matches; waits for it. */
  statusItem(text: string | RegExp, timeoutMs?: number): Promise<Locator>;
  /** What the visible terminal shows now, one line per row, without trailing blanks. */
  terminalText(): Promise<string>;
  /** Waits until the visible terminal shows it; gives the text. */
  waitForTerminal(text: string | RegExp, timeoutMs?: number): Promise<string>;
  /** A notification toast that holds the text; waits for it. */
  notification(text: string | RegExp, timeoutMs?: number): Promise<Locator>;
  /** Opens the view container with this title from the activity bar. */
  openContainer(title: string): Promise<void>;
  /** Writes `test-output/<name>.png`. */
  screenshot(name: string): Promise<string>;
  /** Trusts a restricted folder in the trust editor. */
  trustFolder(): Promise<void>;
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface WorkbenchOptions {
  readonly width?: number;
  readonly height?: number;
  /** Another folder than the one the editor was started for. */
  readonly folder?: string;
  /** A workspace file instead of a folder; empty for a window with nothing open. */
  readonly workspace?: string;
  /** What the browser tells the page about the person's wishes. */
  readonly colorScheme?: 'dark' | 'light';
  readonly timeoutMs?: number;
}

const READY = '.monaco-workbench .part.statusbar .statusbar-item';
/** A modifier that VS Code calls CtrlCmd. */
const CTRL_CMD = process.platform === 'darwin' ? 'Meta' : 'Control';

/** Opens a window on the editor's folder and waits until it and its extension host are there. */
export async function openWorkbench(editor: Editor, browser: Browser, options: WorkbenchOptions = {}): Promise<Workbench> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.colorScheme ?? 'dark',
    reducedMotion: 'reduce',
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: editor.url }).catch(() => undefined);
  const page = await context.newPage();
  page.setDefaultTimeout(options.timeoutMs ?? 30_000);
  const place = options.workspace === undefined ? `folder=${encodeURIComponent(options.folder ?? editor.folder)}` : options.workspace === '' ? 'ew=true' : `workspace=${encodeURIComponent(options.workspace)}`;
  await page.goto(`${editor.url}/?${place}`);
  return workbenchOn(page);
}

/** A window that is already on its way, for example one that the editor opened itself; resolves when its extension host is there. */
export async function workbenchOn(page: Page): Promise<Workbench> {
  await ready(page);
  return {
    page,
    context: page.context(),
    runCommand: (title) => runCommand(page, title),
    answer: async (text) => {
      const input = page.locator('.quick-input-widget input.input');
      await input.fill(text);
      await input.press('Enter');
    },
    webview: (selector, timeoutMs = 30_000) => webview(page, selector, timeoutMs),
    statusItem: async (text, timeoutMs) => visible(page.locator('.statusbar-item', { hasText: text }).first(), timeoutMs),
    terminalText: () => terminalText(page),
    waitForTerminal: async (text, timeoutMs = 30_000) => {
      const matches = (shown: string): boolean => (typeof text === 'string' ? shown.includes(text) : text.test(shown));
      return until(async () => { const shown = await terminalText(page); return matches(shown) ? shown : undefined; }, timeoutMs, async () => `The terminal never showed ${String(text)}. It shows:\n${await terminalText(page)}`);
    },
    notification: async (text, timeoutMs) => visible(page.locator('.notification-toast', { hasText: text }).first(), timeoutMs),
    openContainer: async (title) => {
      // `.action-item`, not its label: a badge on it would intercept the click.
      const item = page.locator(`.activitybar .action-item:has(.action-label[aria-label^=${JSON.stringify(title)}])`).first();
      if ((await item.getAttribute('aria-selected')) !== 'true' && !(await item.locator('[aria-expanded="true"]').count())) await item.click();
    },
    screenshot: async (name) => {
      const path = join(testOutput, `${name}.png`);
      await mkdir(join(path, '..'), { recursive: true });
      await page.screenshot({ path, animations: 'disabled' });
      return path;
    },
    trustFolder: () => trustFolder(page),
    reload: async () => {
      await page.reload();
      await ready(page);
    },
    close: () => page.context().close(),
  };
}

/** Serious and critical findings of axe in one frame, one line each; empty is good. */
export async function seriousAxeFindings(page: Page, frameSelector: readonly string[]): Promise<string[]> {
  const result = await new AxeBuilder({ page }).include([...frameSelector] as [string, ...string[]]).analyze();
  return result.violations
    .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
    .map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

async function ready(page: Page): Promise<void> {
  await page.locator(READY).first().waitFor({ timeout: 60_000 });
  // While the extension host is not connected, the remote indicator says "Opening Remote...".
  await page.locator('#status\\.host .statusbar-item-label:not([aria-label*="Opening"])').waitFor({ timeout: 60_000 });
}

async function runCommand(page: Page, title: string): Promise<void> {
  const widget = page.locator('.quick-input-widget');
  const input = widget.locator('input.input');
  const row = widget.locator('.quick-input-list .monaco-list-row', { has: page.locator('.label-name', { hasText: new RegExp(`^${escape(title)}$`) }) }).first();
  // The palette lists what may run when it opens: a command whose condition is not met yet needs it opened again.
  await until(
    async () => {
      await page.keyboard.press('Escape');
      // F1 goes to the workbench from anywhere but a terminal that takes it.
      await page.keyboard.press('F1');
      if (!(await input.isVisible())) await page.keyboard.press(`${CTRL_CMD}+Shift+P`);
      // It closes under one's hands when the focus goes back to where a dialog was.
      const typed = await input.fill(`>${title}`, { timeout: 2_000 }).then(() => true, () => false);
      if (!typed) return undefined;
      return row.waitFor({ timeout: 2_000 }).then(() => true, () => undefined);
    },
    45_000,
    async () => `The command palette does not offer "${title}". It offers: ${(await widget.locator('.label-name').allTextContents()).join(' · ')}`,
  );
  await row.click();
}

/** Trusts the folder, as a person does in the trust editor. */
async function trustFolder(page: Page): Promise<void> {
  await runCommand(page, 'Workspaces: Manage Workspace Trust');
  const editor = page.locator('.workspace-trust-editor');
  await editor.locator('.monaco-button', { hasText: /^Trust$/ }).first().click();
  await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor({ state: 'detached' });
  await runCommand(page, 'View: Close Editor');
}

async function webview(page: Page, selector: string, timeoutMs: number): Promise<Frame> {
  return until(
    async () => {
      for (const frame of page.frames()) {
        if (frame.name() !== 'active-frame' && !frame.url().includes('fake.html')) continue;
        const found = await frame.locator(selector).first().isVisible().catch(() => false);
        if (found) return frame;
      }
      return undefined;
    },
    timeoutMs,
    async () => `No webview shows ${selector}. Frames: ${page.frames().map((frame) => frame.url()).join(' ')}`,
  );
}

async function terminalText(page: Page): Promise<string> {
  const rows = await page.locator('.terminal-wrapper.active .xterm-rows > div').allTextContents();
  return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd()).join('\n').trimEnd();
}

async function visible(locator: Locator, timeoutMs = 30_000): Promise<Locator> {
  await locator.waitFor({ state: 'visible', timeout: timeoutMs });
  return locator;
}

/** Looks again until there is an answer; the page gives no event for these. */
async function until<T>(look: () => Promise<T | undefined>, timeoutMs: number, failure: () => Promise<string>): Promise<T> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; ) {
    const answer = await look();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(await failure());
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
