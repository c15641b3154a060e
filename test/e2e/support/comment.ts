/** Writing a comment in a review, as with a mouse: the line, the plus beside it, the words. */
import type { Locator } from 'playwright-core';
import { vi } from 'vitest';
import type { Workbench } from '../../support/editor/workbench.js';

/** Opens the comment box on the first line of the new side that holds `code`, types, and gives the box. Nothing is sent yet. */
export async function typeComment(wb: Workbench, code: string, words: string): Promise<Locator> {
  const { page } = wb;
  const line = page.locator('.editor.modified .view-line', { hasText: code }).first();
  await line.waitFor();
  // The editor asks for the lines that take comments when it has drawn them; until then there is no plus to hover.
  await vi.waitFor(async () => {
    await page.mouse.move(0, 0);
    await line.hover();
    await page.locator('.editor.modified .comment-range-glyph.line-hover').first().click({ timeout: 1_000 });
  }, 30_000);
  const box = page.locator('.review-widget');
  await box.locator('.monaco-editor.focused').waitFor();
  await page.keyboard.type(words);
  return box;
}
