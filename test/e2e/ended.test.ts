/** An agent ends whose terminal came over a reload: what it said stays to be read, where it was, and no process of it stays. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { processesWith } from '../support/editor/processTree.js';
import type { Workbench } from '../support/editor/workbench.js';
import { dashboardIn } from './support/dashboard.js';
import type { Holds } from './support/demo.js';
import { journey } from './support/journey.js';
import { commandLines } from './support/processes.js';
import { makeThree, THREE, THREE_GOAL } from './support/three.js';

let holds: Holds;

async function showTerminal(wb: Workbench, task: string): Promise<void> {
  const panel = await dashboardIn(wb).select(task);
  await panel.getByRole('button', { name: 'Show Terminal' }).click();
  await wb.waitForTerminal(new RegExp(`Beginning with ${task}`), 30_000);
}

journey('ended', {
  make: async (root, folder) => {
    holds = await makeThree(root, join(folder, 'holds'));
  },
}, ({ step }) => {
  const runnersOf = async (userDir: string, task: string): Promise<readonly string[]> =>
    (await commandLines(await processesWith('HOME', join(userDir, 'home')))).filter((line) => line.includes('runner.js') && line.includes(`/attempts/${task}/`));

  step('three agents work on through a reload', async ({ wb }) => {
    await wb.runCommand('Switchyard: Decompose Task');
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await wb.page.keyboard.type(THREE_GOAL);
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    await dashboardIn(wb).state('blue', 'proposed', 90_000);
    await wb.runCommand('Switchyard: Approve Plan');
    for (const task of THREE) await dashboardIn(wb).state(task, 'working', 60_000);
    await showTerminal(wb, 'red');
    await wb.reload();
    for (const task of THREE) await dashboardIn(wb).state(task, 'working', 60_000);
  });

  step('the one that is being read stays to be read, without a process', async ({ wb, editor, picture }) => {
    await showTerminal(wb, 'red');
    expect(await runnersOf(editor.userDir, 'red')).toHaveLength(1);
    await holds.open('red');
    await dashboardIn(wb).state('red', 'ready', 60_000);
    await wb.waitForTerminal(/Done with red[^]*has finished/, 30_000);
    await expect.poll(() => runnersOf(editor.userDir, 'red'), { timeout: 30_000 }).toEqual([]);
    await picture('read');
  });

  step('behind a closed panel nothing opens', async ({ wb, editor, picture }) => {
    await showTerminal(wb, 'green');
    await wb.runCommand('View: Hide Panel');
    await expect.poll(() => wb.page.locator('.part.panel').isVisible()).toBe(false);
    await holds.open('green');
    await dashboardIn(wb).state('green', 'ready', 60_000);
    await expect.poll(() => runnersOf(editor.userDir, 'green'), { timeout: 30_000 }).toEqual([]);
    expect(await wb.page.locator('.part.panel').isVisible()).toBe(false);
    await picture('hidden');
  });

  step('one that nobody looks at goes too', async ({ wb, editor }) => {
    await holds.open('blue');
    await dashboardIn(wb).state('blue', 'ready', 60_000);
    await expect.poll(() => runnersOf(editor.userDir, 'blue'), { timeout: 30_000 }).toEqual([]);
  });
});
