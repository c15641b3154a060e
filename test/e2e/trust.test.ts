/** A folder that is not trusted: Switchyard shows itself and starts nothing. Trusted, it works without a reload. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { DEMO_GOAL } from '../demo/recordedPlan.js';
import { processesWith } from '../support/editor/processTree.js';
import type { Editor } from '../support/editor/start.js';
import { workbenchOn, type Workbench } from '../support/editor/workbench.js';
import { dashboardIn } from './support/dashboard.js';
import { makeFastDemo } from './support/demo.js';
import { gitIn } from './support/git.js';
import { journey } from './support/journey.js';
import { commandLines } from './support/processes.js';
import { watchedPath, watchHome, type WatchedPath } from './support/watchedPath.js';

let watched: WatchedPath;

journey('trust', {
  make: (root) => makeFastDemo(root),
  editor: async (folder) => {
    watched = await watchedPath(join(folder, 'bin'), ['git', 'claude', 'codex', 'gemini', 'opencode', 'npm']);
    const userDir = join(folder, 'editor');
    await watchHome(join(userDir, 'home'), watched);
    return { trust: false, userDir, env: { PATH: watched.path } };
  },
}, ({ step }) => {
  step('in restricted mode the views say so and lead to trust', async ({ wb, picture }) => {
    await wb.statusItem(/Restricted Mode/);
    await wb.openContainer('Switchyard');
    const welcome = wb.page.locator('.welcome-view-content', { hasText: 'This workspace is in restricted mode, so Switchyard starts nothing.' });
    await welcome.waitFor();
    await welcome.getByRole('button', { name: 'Manage Workspace Trust' }).waitFor();
    expect(await wb.page.locator('.welcome-view-content').allInnerTexts()).toContain('Agents are looked for once a repository is open.');
    await picture('restricted');
  });

  step('in restricted mode a goal is refused with the reason', async ({ wb, picture }) => {
    await wb.runCommand('Switchyard: Decompose Task');
    await wb.notification(/restricted mode, so Switchyard starts nothing/);
    await wb.runCommand('Switchyard: Open Dashboard');
    const page = await dashboardIn(wb).frame();
    await page.getByRole('heading', { name: 'This workspace is not trusted' }).waitFor();
    await picture('refused');
  });

  step('in restricted mode nothing was started and nothing was written', async ({ root, folder, editor }) => {
    expect(await watched.starts()).toEqual([]);
    expect((await commandLines(await processesWith('HOME', join(editor.userDir, 'home')))).filter((line) => /dist\/(runner|scripted)\.js/.test(line))).toEqual([]);
    expect(await readdir(join(root, '.git'))).not.toContain('switchyard');
    expect(await readdir(folder)).not.toContain('notes.worktrees');
    expect(await gitIn(root, 'branch', '--list', 'switchyard/*')).toBe('');
  });

  step('trusting the folder opens it at once', async ({ wb, picture }) => {
    await (await dashboardIn(wb).frame()).getByRole('button', { name: 'Manage Workspace Trust' }).click();
    const trust = wb.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true });
    await trust.waitFor();
    await picture('trust');
    await trust.click();
    await wb.page.getByRole('treeitem', { name: /^Scripted agent, .*no account needed/ }).waitFor({ timeout: 60_000 });
    await picture('trusted');
    // The noting programs are really in the way: now git is called through them.
    expect((await watched.starts()).some((line) => line.startsWith('git '))).toBe(true);
  });

  step('then a goal can be planned', async ({ wb, picture }) => {
    await wb.runCommand('Switchyard: Decompose Task');
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await wb.page.keyboard.type(DEMO_GOAL);
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    await dashboardIn(wb).state('docs', 'proposed', 90_000);
    await picture('proposed');
  });

  let tried: Workbench;
  const asked = 'Nothing was started: “npm test” runs once you trust the workspace.';
  const requests = (editor: Editor): string => join(editor.userDir, 'user', 'User', 'globalStorage', 'switchyard.switchyard', 'try-it');
  const npm = async (): Promise<number> => (await watched.starts()).filter((line) => line.startsWith('npm ')).length;
  const gateOf = async (wb: Workbench): Promise<void> => {
    await (await dashboardIn(wb).select('tags')).getByRole('button', { name: 'Try It' }).click();
    await wb.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'The gate' }).click();
  };

  step('the window that Try It opens is not trusted yet: nothing runs there, and it says what would', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    await (await dashboard.frame()).getByRole('button', { name: 'Approve and Start' }).click();
    for (const task of ['tags', 'tokenizer']) await dashboard.state(task, 'ready', 90_000);
    const before = await npm();
    const opened = wb.context.waitForEvent('page');
    await gateOf(wb);
    tried = await workbenchOn(await opened);
    await tried.notification(asked);
    await tried.statusItem(/Restricted Mode/);
    await picture('try-it-restricted', tried);
    expect(await npm()).toBe(before);
  });

  step('trusted, it runs what it was opened for, and nothing of the request is left', async ({ root, editor, picture }) => {
    await tried.trustFolder();
    await tried.waitForTerminal(/pass \d/, 60_000);
    await picture('try-it-trusted', tried);
    expect(await readdir(requests(editor))).toEqual([]);
    expect(await gitIn(`${root}.worktrees/r1/tags`, 'status', '--porcelain')).toBe('');
  });

  step('tried again while its window is open, that window runs it when it comes to the front, and nothing that was asked for long ago', async ({ wb, root, editor, picture }) => {
    const worktree = `${root}.worktrees/r1/tags`;
    const old = { folder: `file://${worktree}`, label: 'old', at: Date.now() - 3_600_000, slot: 0, commands: [{ kind: 'line', line: 'touch asked-long-ago' }] };
    await writeFile(join(requests(editor), 'old.json'), JSON.stringify(old));
    await writeFile(join(requests(editor), 'elsewhere.json'), JSON.stringify({ ...old, folder: 'file:///gone' }));
    await tried.runCommand('Terminal: Kill All Terminals');
    // The desktop brings the window to the front that is open on the folder; a browser would open another one.
    const front = async (is: boolean): Promise<void> => tried.page.evaluate((has) => {
      document.hasFocus = () => has;
      window.dispatchEvent(new Event(has ? 'focus' : 'blur'));
    }, is);
    await front(false);
    const another = wb.context.waitForEvent('page').then((page) => page.close());
    await gateOf(wb);
    await another;
    await front(true);
    await tried.waitForTerminal(/pass \d/, 60_000);
    await picture('try-it-again', tried);
    expect(await readdir(requests(editor))).toEqual([]);
    expect(await gitIn(worktree, 'status', '--porcelain')).toBe('');
    await tried.page.close();
  });
});
