/** A person without a mouse: commands from the palette, choices in lists, Tab from place to place. */
import type { Frame, Locator, Page } from 'playwright-core';
import type { Workbench } from '../../support/editor/workbench.js';

const CTRL = process.platform === 'darwin' ? 'Meta' : 'Control';

export interface Keys {
  press(...keys: string[]): Promise<void>;
  type(text: string): Promise<void>;
  /**
   * Waits until a page inside the workbench has the focus and keeps it. The workbench gives it to a page that it has
   * just shown more than once, each time through the frame around it, and keys pressed in between go nowhere.
   */
  settled(frame: Frame): Promise<void>;
  /** Replaces what stands in the focused text field, and looks whether it stands there. */
  fill(field: Locator, text: string): Promise<void>;
  /** Runs a command by its full title from the command palette. */
  command(title: string): Promise<void>;
  /** Moves down the open list to the row that holds `text` and takes it. */
  pick(text: string): Promise<void>;
  /**
   * Runs a command that asks with a list, and takes the row that holds `text`, until `done` resolves. The workbench gives the
   * focus back to a page when the palette closes, sometimes after the command's own list has opened, which closes that list:
   * then it is asked for again, as a person does.
   */
  commandAndPick(title: string, text: string, done: () => Promise<unknown>): Promise<void>;
  /** Presses `key` until the focused element of the page (or of a frame in it) matches. */
  until(selector: string, where?: Page | Frame, key?: string): Promise<void>;
  /** Moves down a menu or a list to the entry that has the focus and holds `text`, and takes it. */
  choose(text: string, where?: Page | Frame): Promise<void>;
}

/** The workbench hands the focus on after 50 ms (`_focusDelayer` of its webview element). */
const KEPT_MS = 250;

/** Runs in the page: resolves when the focus has stayed in it for so long. */
function keepsFocus(keptMs: number): Promise<void> {
  return new Promise((resolve) => {
    let kept: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      clearTimeout(kept);
      if (document.hasFocus()) kept = setTimeout(done, keptMs);
    };
    const done = (): void => {
      window.removeEventListener('focus', look);
      window.removeEventListener('blur', look);
      resolve();
    };
    window.addEventListener('focus', look);
    window.addEventListener('blur', look);
    look();
  });
}

/** More places than any of our pages has. */
const MOST = 60;

export function keysOf(wb: Workbench): Keys {
  const { page } = wb;
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key.replace('Ctrl', CTRL));
  };
  const focused = page.locator('.quick-input-list .monaco-list-row.focused');
  const keys: Keys = {
    press,
    type: (text) => page.keyboard.type(text),
    settled: (frame) => frame.evaluate(keepsFocus, KEPT_MS),
    fill: async (field, text) => {
      for (let tries = 0; tries < 3; tries += 1) {
        await press('Ctrl+a');
        await page.keyboard.type(text);
        if ((await field.evaluate((element) => (element as HTMLElement & { value: string }).value)) === text) return;
      }
      throw new Error(`“${text}” could not be typed.`);
    },
    command: async (title) => {
      // The palette lists what is known when it opens; a window that has just come up knows little for a moment.
      for (let tries = 0; ; tries += 1) {
        await press('Escape', 'F1');
        await page.locator('.quick-input-widget input.input:focus').waitFor();
        await page.keyboard.type(title);
        const row = page.locator('.quick-input-list .monaco-list-row', { has: page.locator('.label-name').getByText(title, { exact: true }) });
        const offered = await row.first().waitFor({ timeout: 5_000 }).then(() => true, () => false);
        if (offered) {
          for (let steps = 0; steps < 10 && !(await row.and(focused).first().isVisible()); steps += 1) await press('ArrowDown');
          return press('Enter');
        }
        if (tries === 4) throw new Error(`The command palette does not offer “${title}” but: ${await page.locator('.quick-input-list').innerText()}`);
      }
    },
    pick: async (text) => {
      await page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().waitFor();
      for (let steps = 0; !(await focused.first().innerText().catch(() => '')).includes(text); steps += 1) {
        if (steps === MOST) throw new Error(`No row “${text}” was reached.`);
        await press('ArrowDown');
      }
      await press('Enter');
    },
    commandAndPick: async (title, text, done) => {
      for (let tries = 0; ; tries += 1) {
        await keys.command(title);
        const row = page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
        const asked = await row.waitFor({ timeout: 5_000 }).then(() => true, () => false);
        if (asked) await keys.pick(text).catch(() => undefined);
        if (asked && (await done().then(() => true, () => false))) return;
        console.log(`“${title}” is asked for again: ${asked ? 'its list was closed' : 'it showed no list'}.`);
        if (tries === 3) throw new Error(asked ? `“${title}” did not do it for “${text}”.` : `“${title}” showed no list with “${text}”.`);
      }
    },
    until: async (selector, where = page, key = 'Tab') => {
      for (let steps = 0; steps < MOST; steps += 1) {
        if (await where.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
        await press(key);
      }
      throw new Error(`${key} never leads to ${selector}.`);
    },
    choose: async (text, where = page) => {
      for (let steps = 0; steps < MOST; steps += 1) {
        const here = await where.evaluate(() => document.activeElement?.textContent ?? '');
        if (here.trim() === text) return press('Enter');
        await press('ArrowDown');
      }
      throw new Error(`No entry “${text}” was reached.`);
    },
  };
  return keys;
}
