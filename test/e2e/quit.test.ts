/** A person who wants agents to stop with the editor: a reload leaves them at work, closing the window stops them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { processesWith } from '../support/editor/processTree.js';
import { openWorkbench, type Workbench } from '../support/editor/workbench.js';
import { watchFor } from '../support/watchFor.js';
import { dashboardIn } from './support/dashboard.js';
import type { TaskState } from '../../src/core/task.js';
import { journey } from './support/journey.js';
import { commandLines } from './support/processes.js';
import { makeThree, THREE, THREE_GOAL } from './support/three.js';

/** The process that stays behind waits half a minute; a busy machine takes its time with what follows. */
const STOPS_WITHIN_MS = 120_000;

const attempts = (root: string, task: string): string => join(root, '.git', 'switchyard', 'runs', 'r1', 'attempts', task);
const claims = (root: string): Promise<readonly string[]> => Promise.all(THREE.map((task) => readFile(join(attempts(root, task), '1', 'claim.json'), 'utf8')));

async function allAre(wb: Workbench, state: TaskState): Promise<void> {
  for (const task of THREE) await dashboardIn(wb).state(task, state, 90_000);
}

journey('quit', {
  make: async (root, folder) => {
    await makeThree(root, join(folder, 'holds'));
  },
  editor: () => ({ settings: { 'switchyard.agentsOnQuit': 'stop' } }),
}, ({ step }) => {
  let before: readonly string[] = [];

  step('three agents are at work, and go on through a reload', async ({ wb, root, editor, picture }) => {
    await wb.runCommand('Switchyard: Decompose Task');
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await wb.page.keyboard.type(THREE_GOAL);
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    await dashboardIn(wb).state('blue', 'proposed', 90_000);
    await wb.runCommand('Switchyard: Approve Plan');
    await allAre(wb, 'working');
    for (const task of THREE) await watchFor(join(attempts(root, task), '1'), 'claim.json');
    before = await claims(root);
    await wb.reload();
    await allAre(wb, 'working');
    // The word of the window that reloaded is taken away, and who waited for that has gone.
    await expect.poll(async () => (await readdir(join(root, '.git', 'switchyard'))).includes('left.json')).toBe(false);
    const home = join(editor.userDir, 'home');
    await expect.poll(async () => (await commandLines(await processesWith('HOME', home))).filter((line) => line.includes('stayBehind.js')), { timeout: 20_000 }).toEqual([]);
    expect(await claims(root)).toEqual(before);
    await picture('reloaded');
  });

  step('the window is closed and does not come back: every agent is stopped, and nothing of it is left', async ({ wb, root, editor, browser, picture }) => {
    await wb.close();
    for (const task of THREE) {
      await watchFor(join(attempts(root, task), '1'), 'exit.json', STOPS_WITHIN_MS);
      expect(JSON.parse(await readFile(join(attempts(root, task), '1', 'exit.json'), 'utf8'))).toMatchObject({ ended: 'stopped' });
    }
    const home = join(editor.userDir, 'home');
    await expect.poll(async () => (await commandLines(await processesWith('HOME', home))).filter((line) => /scripted\.js|stayBehind\.js/.test(line)), { timeout: 30_000 }).toEqual([]);
    const window = await openWorkbench(editor, browser);
    await window.runCommand('Switchyard: Open Dashboard');
    await allAre(window, 'stopped');
    await picture('stopped', window);
    await window.close();
    expect(await claims(root)).toEqual(before);
  });
});
