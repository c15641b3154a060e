import { app, inSidebar, send } from '../app.js';
import type { MenuItem } from '../components/menu.js';
import type { RunView, TaskView } from '../../src/shared/protocol.js';
import { actsOf, type Act } from './actions.js';

/** Does it, or asks first. The sidebar has no room to write in: there the editor opens the dashboard for it. */
export function perform(act: Pick<Act, 'key' | 'intent' | 'composing' | 'question'>): void {
  if (act.question !== undefined) app.ask(act.question);
  else if (act.composing !== undefined && !inSidebar()) app.calls.compose(act.composing);
  else send(act.key, act.intent);
}

/** The same buttons as menu items. */
export function actItems(acts: readonly Act[]): readonly MenuItem[] {
  return acts.map((act) => ({ id: act.id, label: act.label, icon: act.icon, title: act.title, run: () => perform(act), separated: act.id === 'drop' && acts.length > 1 }));
}

/** The context menu of a task in a graph. */
export function taskMenu(run: RunView, task: TaskView): readonly MenuItem[] {
  const open: MenuItem = { id: 'open', label: 'Open', icon: 'open-preview', run: () => app.set({ selected: task.id, open: true }) };
  return [open, ...actItems(actsOf(run, task)).map((item, index) => (index === 0 ? { ...item, separated: true } : item))];
}
