/** The editor's own dialog for what is asked before it is done. */
import type { AskedFirst } from '../core/questions.js';
import { showWarning } from './messages.js';

/** True when the person pressed its button; closing the dialog is a no. */
export async function agreed({ title, text, button }: AskedFirst): Promise<boolean> {
  return (await showWarning(title, { modal: true, detail: text }, button)) === button;
}
