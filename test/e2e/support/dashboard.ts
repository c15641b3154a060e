/** The dashboard as a person sees it: nodes, the inspector, the run's buttons. Every look finds its frame anew. */
import type { Frame, Locator } from 'playwright-core';
import type { TaskState } from '../../../src/core/task.js';
import type { Workbench } from '../../support/editor/workbench.js';

export interface Dashboard {
  /** The page inside the editor tab; waits until it shows something. */
  frame(): Promise<Frame>;
  node(task: string): Promise<Locator>;
  /** Waits until the task's node shows this state. */
  state(task: string, state: TaskState, timeoutMs?: number): Promise<void>;
  /** The ids of the tasks that are in this state now. */
  inState(state: TaskState): Promise<string[]>;
  /** The selected task's panel. */
  inspector(): Promise<Locator>;
  /** Opens a task's panel by its node. */
  select(task: string): Promise<Locator>;
  /** Chooses one of the panel's tabs and gives its panel. */
  tab(name: string): Promise<Locator>;
}

export function dashboardIn(wb: Workbench): Dashboard {
  const frame = (): Promise<Frame> => wb.webview('main.dashboard, main.stage:not(.late)');
  const node = async (task: string): Promise<Locator> => (await frame()).locator(`.graph button[data-task="${task}"]`);
  const inspector = async (): Promise<Locator> => (await frame()).locator('aside.inspector');
  return {
    frame,
    node,
    inspector,
    state: async (task, state, timeoutMs = 60_000) => {
      const there = (await frame()).locator(`.graph button[data-task="${task}"]`);
      await there.and((await frame()).locator(`.s-${state}`)).waitFor({ timeout: timeoutMs }).catch(async (error: unknown) => {
        throw new Error(`${task} never was ${state}. It says: ${(await there.getAttribute('aria-label').catch(() => null)) ?? 'nothing'}`, { cause: error });
      });
    },
    inState: async (state) => {
      const nodes = await (await frame()).locator(`.graph button[data-task].s-${state}`).all();
      return (await Promise.all(nodes.map((each) => each.getAttribute('data-task')))).filter((id) => id !== null);
    },
    select: async (task) => {
      const button = await node(task);
      await button.click();
      const panel = await inspector();
      await panel.locator('[data-inspector-title]').waitFor();
      return panel;
    },
    tab: async (name) => {
      const panel = await inspector();
      await panel.getByRole('tab', { name }).click();
      return panel.getByRole('tabpanel');
    },
  };
}
