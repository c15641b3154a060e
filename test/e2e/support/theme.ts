/** Changing the editor's colours as a person does. */
import type { Workbench } from '../../support/editor/workbench.js';
import { dashboardIn } from './dashboard.js';
import { keysOf } from './keys.js';

/** Short name to the theme's name in the list, and the class that webviews then carry. */
export const THEMES = {
  dark: { label: 'Dark Modern', class: 'vscode-dark' },
  light: { label: 'Light Modern', class: 'vscode-light' },
  'hc-black': { label: 'Dark High Contrast', class: 'vscode-high-contrast' },
  'hc-light': { label: 'Light High Contrast', class: 'vscode-high-contrast-light' },
} as const;
export type Theme = keyof typeof THEMES;

/** Resolves when the dashboard wears it. */
export async function setTheme(wb: Workbench, theme: Theme): Promise<void> {
  const keys = keysOf(wb);
  await keys.command('Preferences: Color Theme');
  await wb.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Dark Modern' }).first().waitFor();
  await keys.type(THEMES[theme].label);
  await wb.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: THEMES[theme].label }).waitFor();
  await keys.press('Enter');
  await wb.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  await (await dashboardIn(wb).frame()).locator(`body[data-vscode-theme-kind="${THEMES[theme].class}"]`).waitFor();
}
