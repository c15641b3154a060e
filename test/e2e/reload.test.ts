/** Windows, extension hosts and whole editors come and go; three agents do not notice, and none is started twice. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { processesWith } from '../support/editor/processTree.js';
import { startEditor } from '../support/editor/start.js';
import { watchFor } from '../support/watchFor.js';
import { openWorkbench, type Workbench } from '../support/editor/workbench.js';
import { dashboardIn } from './support/dashboard.js';
import type { Holds } from './support/demo.js';
import { gitIn, leftovers } from './support/git.js';
import { journey } from './support/journey.js';
import { commandLines } from './support/processes.js';
import { complaints } from './support/quiet.js';
import { makeThree, THREE, THREE_GOAL } from './support/three.js';

let holds: Holds;

/** Every claim of every attempt of a task, in order: who was started, and how often. */
async function claims(root: string, task: string): Promise<string[]> {
  const folder = join(root, '.git', 'switchyard', 'runs', 'r1', 'attempts', task);
  return Promise.all((await readdir(folder)).sort().map((name) => readFile(join(folder, name, 'claim.json'), 'utf8')));
}

async function allClaims(root: string): Promise<readonly string[][]> {
  return Promise.all(THREE.map((task) => claims(root, task)));
}

async function extensionHosts(home: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await processesWith('HOME', home)) if ((await commandLines([pid])).some((line) => line.includes('--type=extensionHost'))) found.push(pid);
  return found;
}

async function allWorking(wb: Workbench): Promise<void> {
  for (const task of THREE) await dashboardIn(wb).state(task, 'working', 60_000);
}

async function showTerminal(wb: Workbench, task: string): Promise<string> {
  // A dashboard that has just come back may be replaced under the pointer; a person clicks again.
  await vi.waitFor(async () => {
    const panel = await dashboardIn(wb).select(task);
    await panel.locator('h2', { hasText: `The ${task} thing` }).waitFor({ timeout: 2_000 });
    await panel.getByRole('button', { name: 'Show Terminal' }).click();
    await wb.waitForTerminal(new RegExp(`Beginning with ${task}`), 5_000);
  }, { timeout: 60_000, interval: 200 });
  return wb.terminalText();
}

journey('reload', {
  make: async (root, folder) => {
    holds = await makeThree(root, join(folder, 'holds'));
  },
}, ({ step }) => {
  let before: readonly string[][] = [];

  step('three agents are at work', async ({ wb, root, picture }) => {
    await wb.runCommand('Switchyard: Decompose Task');
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await wb.page.keyboard.type(THREE_GOAL);
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    await dashboardIn(wb).state('blue', 'proposed', 90_000);
    await wb.runCommand('Switchyard: Approve Plan');
    await allWorking(wb);
    await showTerminal(wb, 'red');
    before = await allClaims(root);
    expect(before.map((each) => each.length)).toEqual([1, 1, 1]);
    await picture('working');
  });

  step('after a reload the dashboard, the tasks and their terminals are back', async ({ wb, picture }) => {
    await wb.reload();
    await allWorking(wb);
    await showTerminal(wb, 'red');
    await picture('reloaded');
  });

  step('they are the same attempts of the same processes, started once', async ({ root, editor }) => {
    expect(await allClaims(root)).toEqual(before);
    const running = (await commandLines(await processesWith('HOME', join(editor.userDir, 'home')))).filter((line) => line.includes('scripted.js'));
    expect(running).toHaveLength(THREE.length);
  });

  step('the extension host is killed: a new one finds them at work', async ({ wb, root, editor, picture }) => {
    const home = join(editor.userDir, 'home');
    const [host = 0, ...more] = await extensionHosts(home);
    expect(more).toEqual([]);
    process.kill(host, 'SIGKILL');
    await expect.poll(() => extensionHosts(home), { timeout: 30_000 }).not.toContain(host);
    await picture('host-killed');
    // The editor starts another one by itself; a command waits for it, and finds the one dashboard that is there.
    await wb.runCommand('Switchyard: Open Dashboard');
    await allWorking(wb);
    expect(await wb.page.locator('.tab', { hasText: 'Switchyard' }).count()).toBe(1);
    await showTerminal(wb, 'green');
    expect(await allClaims(root)).toEqual(before);
    await picture('host-back');
  });

  step('a second window follows and says who holds the run', async ({ wb, editor, browser, picture }) => {
    const second = await openWorkbench(editor, browser);
    try {
      await second.runCommand('Switchyard: Open Dashboard');
      const dashboard = dashboardIn(second);
      await dashboard.state('red', 'working', 60_000);
      await (await dashboard.frame()).getByText(/^A VS Code window runs this; here you follow it\./).waitFor();
      await picture('second-window', second);
      await holds.open('red');
      await dashboard.state('red', 'ready', 60_000);
      // What is asked for here is passed on to the window that holds the run.
      await (await dashboard.select('red')).getByRole('button', { name: 'Approve & Merge' }).click();
      await dashboard.state('red', 'landed', 60_000);
      expect(await complaints(second)).toEqual([]);
    } finally {
      await second.close();
    }
    await dashboardIn(wb).state('red', 'landed');
    await picture('landed');
  });

  step('the editor is quit and opened again: it says what ended meanwhile, and what is still at work', async ({ wb, root, editor, browser, picture }) => {
    await wb.close();
    await editor.quit();
    await holds.open('green');
    // The agent's own runner writes this when it is done; no editor is there.
    await watchFor(join(root, '.git', 'switchyard', 'runs', 'r1', 'attempts', 'green', '1'), 'exit.json');
    const again = await startEditor({ folder: root, userDir: editor.userDir });
    try {
      const window = await openWorkbench(again, browser);
      await window.runCommand('Switchyard: Open Dashboard');
      const dashboard = dashboardIn(window);
      await dashboard.state('blue', 'working', 60_000);
      await dashboard.state('green', 'ready', 60_000);
      await (await dashboard.select('green')).getByText('while no window was open').waitFor();
      await picture('reopened', window);
      expect((await allClaims(root)).map((each) => each.length)).toEqual([1, 1, 1]);
      await holds.open('blue');
      await dashboard.state('blue', 'ready', 60_000);
      for (const task of ['green', 'blue']) {
        await (await dashboard.select(task)).getByRole('button', { name: 'Approve & Merge' }).click();
        await dashboard.state(task, 'landed', 60_000);
      }
      await (await dashboard.frame()).locator('.banner.done').waitFor();
      await picture('all-landed', window);
      expect(await complaints(window)).toEqual([]);
      await window.close();
    } finally {
      await again.quit();
    }
    expect(await leftovers(root)).toEqual([]);
    for (const task of THREE) expect(await gitIn(root, 'show', `main:src/${task}/second.txt`)).toBe(`${task} again`);
    expect(await allClaims(root)).toEqual(before);
  });
});
