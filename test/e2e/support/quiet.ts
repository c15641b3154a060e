/** A tidy window, and what a person must never see in it while everything goes well. */
import type { Workbench } from '../../support/editor/workbench.js';

/** Error and warning toasts that stand in the window now, by their text. */
export async function complaints(wb: Workbench): Promise<string[]> {
  return wb.page.locator('.notification-toast:has(.codicon-error, .codicon-warning) .notification-list-item-message').allInnerTexts();
}

/** Puts the panel (terminals, the list of comments) away when it is open. */
export async function hidePanel(wb: Workbench): Promise<void> {
  const hide = wb.page.getByRole('button', { name: 'Hide Panel' }).first();
  if (await hide.isVisible()) await hide.click();
}
