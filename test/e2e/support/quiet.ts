/** What a person must never see while everything goes well. */
import type { Workbench } from '../../support/editor/workbench.js';

/** Error and warning toasts that stand in the window now, by their text. */
export async function complaints(wb: Workbench): Promise<string[]> {
  return wb.page.locator('.notification-toast:has(.codicon-error, .codicon-warning) .notification-list-item-message').allInnerTexts();
}
