/** The window comes and goes, the agents do not notice; a second window on the same repository only follows. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { DEMO_GOAL } from '../demo/recordedPlan.js';
import { processesWith } from '../support/editor/processTree.js';
import { openWorkbench } from '../support/editor/workbench.js';
import { dashboardIn } from './support/dashboard.js';
import { makeHeldDemo, type Holds } from './support/demo.js';
import { journey } from './support/journey.js';
import { commandLines } from './support/processes.js';
import { complaints } from './support/quiet.js';

let holds: Holds;

/** The folders of a task's attempts, oldest first. */
async function attempts(root: string, task: string): Promise<string[]> {
  const folder = join(root, '.git', 'switchyard', 'runs', 'r1', 'attempts', task);
  return (await readdir(folder)).sort().map((name) => join(folder, name));
}

journey('reload', {
  make: async (root, folder) => {
    holds = await makeHeldDemo(root, join(folder, 'holds'));
  },
}, ({ step }) => {
  let before = '';

  step('an agent is at work', async ({ wb, root, picture }) => {
    await wb.runCommand('Switchyard: Decompose Task');
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await wb.page.keyboard.type(DEMO_GOAL);
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    const dashboard = dashboardIn(wb);
    await dashboard.state('docs', 'proposed', 90_000);
    await wb.runCommand('Switchyard: Approve Plan');
    await dashboard.state('tags', 'working');
    await (await dashboard.select('tags')).getByRole('button', { name: 'Show Terminal' }).click();
    await wb.waitForTerminal(/wait\.mjs/);
    before = await readFile(join((await attempts(root, 'tags'))[0] ?? '', 'claim.json'), 'utf8');
    await picture('working');
  });

  step('after a reload the dashboard, the task and its terminal are back', async ({ wb, picture }) => {
    await wb.reload();
    const dashboard = dashboardIn(wb);
    await dashboard.state('tags', 'working', 60_000);
    await (await dashboard.select('tags')).getByRole('button', { name: 'Show Terminal' }).click();
    const shown = await wb.waitForTerminal(/wait\.mjs/);
    expect(shown).toContain('Reading src/note.mjs and its tests');
    await picture('reloaded');
  });

  step('it is the same attempt of the same process, started once', async ({ root, editor }) => {
    const [only, ...more] = await attempts(root, 'tags');
    expect(more).toEqual([]);
    expect(await readFile(join(only ?? '', 'claim.json'), 'utf8')).toBe(before);
    const running = (await commandLines(await processesWith('HOME', join(editor.userDir, 'home')))).filter((line) => line.includes('scripted.js'));
    expect(running).toHaveLength(1);
  });

  step('a second window follows and says who holds the run', async ({ wb, editor, browser, picture }) => {
    const second = await openWorkbench(editor, browser);
    try {
      await second.runCommand('Switchyard: Open Dashboard');
      const dashboard = dashboardIn(second);
      await dashboard.state('tags', 'working', 60_000);
      await (await dashboard.frame()).getByText(/^A VS Code window \(process \d+\) runs this; here you follow it\./).waitFor();
      await picture('second-window', second);
      await holds.open('tags');
      await dashboard.state('tags', 'ready', 60_000);
      // What is asked for here is passed on to the window that holds the run.
      await (await dashboard.select('tags')).getByRole('button', { name: 'Approve & Merge' }).click();
      await dashboard.state('tags', 'landed', 60_000);
      expect(await complaints(second)).toEqual([]);
    } finally {
      await second.close();
    }
    await dashboardIn(wb).state('tags', 'landed');
    await picture('landed');
    expect(await complaints(wb)).toEqual([]);
  });
});
