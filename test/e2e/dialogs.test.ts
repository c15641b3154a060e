/** What asks a person something, or tells them no: outlines, planning that is stopped or fails, full permission, paths, backups. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { workbenchOn, type Workbench } from '../support/editor/workbench.js';
import { dashboardIn } from './support/dashboard.js';
import type { Holds } from './support/demo.js';
import { GOAL, KEPT, makeDialogProject, OUTSIDE } from './support/dialogStory.js';
import { gitIn } from './support/git.js';
import { journey } from './support/journey.js';
import { keysOf } from './support/keys.js';
import { complaints, hidePanel } from './support/quiet.js';

let holds: Holds;

/** A box over the whole window that waits for an answer. */
const modal = (wb: Workbench, text: string) => wb.page.locator('.monaco-dialog-box', { hasText: text });

async function answer(wb: Workbench, text: string, button: string): Promise<void> {
  const box = modal(wb, text);
  await box.getByRole('button', { name: button, exact: true }).click();
  await box.waitFor({ state: 'hidden' });
}

async function decompose(wb: Workbench): Promise<void> {
  await wb.runCommand('Switchyard: Decompose Task');
  await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
  await wb.page.keyboard.type(GOAL);
  await wb.page.keyboard.press('ControlOrMeta+Enter');
}

/** Worktrees and branches that runs have made. */
const made = async (root: string): Promise<readonly string[]> => [await gitIn(root, 'branch', '--list', 'switchyard/*'), (await gitIn(root, 'worktree', 'list')).split('\n').slice(1).join()].filter((each) => each !== '');

journey('dialogs', {
  make: async (root, folder) => {
    holds = await makeDialogProject(root, join(folder, 'holds'));
  },
}, ({ step }) => {
  step('an outline with problems is refused with each of them by line, and changes nothing', async ({ wb, root, picture }) => {
    await wb.page.getByRole('treeitem', { name: /bad\.md/ }).dblclick();
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await wb.runCommand('Switchyard: Import Outline…');
    await keysOf(wb).pick('The Active Editor');
    const box = modal(wb, 'The outline cannot be used: 4 problems');
    await box.waitFor();
    const said = await box.innerText();
    for (const word of ['Line 3: tier "huge" is none of fast, standard, deep', 'Line 4: unknown "(owner: …)"', 'Line 5:', 'sound', '/speech', 'Nothing was changed.']) expect(said).toContain(word);
    await picture('outline-problems');
    await answer(wb, 'The outline cannot be used', 'Show the Outline');
    await wb.statusItem(/Ln 3, Col/);
    expect(await readdir(join(root, '.git'))).not.toContain('switchyard');
  });

  step('an outline from a file is a plan to approve', async ({ wb, picture }) => {
    await wb.openContainer('Switchyard');
    await wb.runCommand('Switchyard: Import Outline…');
    await keysOf(wb).pick('Choose a File');
    const list = wb.page.locator('.quick-input-list');
    await list.getByText('good.md').waitFor();
    await picture('outline-file');
    await list.getByText('good.md').click();
    const dashboard = dashboardIn(wb);
    await dashboard.state('guide', 'proposed');
    expect(await dashboard.inState('proposed')).toEqual(['style', 'guide']);
    await picture('outline-proposed');
  });

  step('full permission is asked about before anything starts; no starts nothing', async ({ wb, root, picture }) => {
    const dashboard = dashboardIn(wb);
    const frame = await dashboard.frame();
    await frame.getByRole('button', { name: 'Approve and Start' }).click();
    await modal(wb, 'Let agents do anything without asking?').waitFor();
    await picture('consent');
    await answer(wb, 'Let agents do anything', 'Cancel');
    await frame.getByText('Nothing was started: full permission was not allowed').waitFor();
    await picture('consent-refused');
    expect(await dashboard.inState('proposed')).toEqual(['style', 'guide']);
    expect(await made(root)).toEqual([]);
  });

  step('a plan is discarded after a question', async ({ wb, picture }) => {
    await wb.runCommand('Switchyard: Discard Plan…');
    await modal(wb, 'Discard this plan?').waitFor();
    await picture('discard');
    await answer(wb, 'Discard this plan?', 'Discard Plan');
    const frame = await dashboardIn(wb).frame();
    await frame.getByRole('heading', { name: 'What shall be built?' }).waitFor();
    await picture('discarded');
    expect(await frame.locator('.banner').allInnerTexts()).toEqual([]);
  });

  step('a planner at work is seen everywhere and can be cancelled', async ({ wb, root, picture }) => {
    await decompose(wb);
    const frame = await dashboardIn(wb).frame();
    await frame.getByRole('heading', { name: 'Planning' }).waitFor();
    await wb.statusItem(/planning/);
    await frame.getByText('wait.mjs').waitFor();
    await frame.getByRole('button', { name: 'Show Terminal' }).click();
    await wb.waitForTerminal(/wait\.mjs/);
    await picture('planning');
    await frame.getByRole('button', { name: 'Cancel Planning' }).first().click();
    await frame.getByRole('heading', { name: 'Planning was stopped' }).waitFor();
    await picture('planning-stopped');
    expect(await made(root)).toEqual([]);
  });

  step('planned again, full permission is asked about again, and allowed', async ({ wb, picture }) => {
    await holds.open('planner');
    await hidePanel(wb);
    const dashboard = dashboardIn(wb);
    await (await dashboard.frame()).getByRole('button', { name: 'Plan Again' }).click();
    await dashboard.state('french', 'proposed');
    await (await dashboard.frame()).getByRole('button', { name: 'Approve and Start' }).click();
    await modal(wb, 'Let agents do anything without asking?').waitFor();
    await answer(wb, 'Let agents do anything', 'Allow in This Workspace');
    await dashboard.state('waits', 'working');
    await picture('started');
  });

  step('a re-plan that is no plan says so, what is safe and what to do', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    const frame = await dashboard.frame();
    await frame.getByRole('button', { name: 'Re-plan…' }).click();
    await wb.page.keyboard.type('Add Latin.');
    await picture('replan-words');
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    await frame.getByText('No changed plan came of it').waitFor({ timeout: 60_000 });
    await picture('replan-failed');
    expect(await dashboard.inState('working')).toEqual(['waits']);
  });

  step('paths outside a contract are allowed by their names, and the task goes on to its gate', async ({ wb, root, picture }) => {
    const dashboard = dashboardIn(wb);
    await dashboard.state('crosses', 'needs-you', 90_000);
    const panel = await dashboard.select('crosses');
    await picture('boundary');
    await panel.getByRole('button', { name: 'Allow Paths…' }).click();
    const rows = wb.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: OUTSIDE[0] }).waitFor();
    await picture('allow-paths');
    await wb.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    await dashboard.state('crosses', 'ready', 90_000);
    await picture('allowed');
    const log = await readFile(join(root, '.git', 'switchyard', 'runs', 'r2', 'events.jsonl'), 'utf8');
    expect(log).toContain(`"type":"paths.allowed","task":"crosses","paths":${JSON.stringify(OUTSIDE)}`);
    const allowed = panel.locator('.fact, dl').filter({ hasText: 'Allowed too' });
    for (const path of OUTSIDE) await allowed.getByText(path).first().waitFor();
  });

  step('Try It opens the task’s worktree in a window of its own and runs there what the person chose', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    await dashboard.state('french', 'ready');
    const panel = await dashboard.select('french');
    const opened = wb.context.waitForEvent('page');
    await panel.getByRole('button', { name: 'Try It' }).click();
    await wb.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'npm run start' }).waitFor();
    await picture('try-it-choice');
    await wb.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'The gate' }).click();
    const page = await opened;
    const tried = await workbenchOn(page);
    // The gate's own words, in a terminal that stays to be read.
    await tried.waitForTerminal(/pass 1/, 60_000);
    // Its second command, in a terminal of its own.
    await tried.waitForTerminal(/^read greet\.mjs$/m, 60_000);
    await picture('try-it-gate', tried);
    await page.getByRole('treeitem', { name: /^src/ }).click();
    await page.getByRole('treeitem', { name: 'greet.mjs' }).dblclick();
    await page.locator('.view-line', { hasText: 'Bonjour' }).waitFor();
    await tried.openContainer('Switchyard');
    await page.getByRole('treeitem', { name: /^Greet in Welsh/ }).waitFor();
    await picture('try-it', tried);
    await page.close();
  });

  step('what was dropped comes back from its backup', async ({ wb, folder, picture }) => {
    const dashboard = dashboardIn(wb);
    await wb.runCommand('Switchyard: Drop…');
    await keysOf(wb).pick('Greet in French');
    await modal(wb, 'Drop “Greet in French”?').waitFor();
    await picture('drop');
    await answer(wb, 'Drop “Greet in French”?', 'Drop');
    await dashboard.state('french', 'dropped');
    await wb.runCommand('Switchyard: Restore Backup…');
    await wb.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    await picture('backups');
    await keysOf(wb).pick('Greet in French');
    // Beside the repository, unless the person goes elsewhere.
    await wb.page.locator('.quick-input-title', { hasText: 'Restore Backup Into' }).waitFor();
    await wb.page.locator('.quick-input-list').getByText('notes.worktrees').waitFor();
    await picture('restore-into');
    await wb.page.locator('.quick-input-widget').getByRole('button', { name: 'Restore Here' }).click();
    await wb.notification('The backup is in');
    await picture('restored');
    const back = (await readdir(folder)).filter((name) => name.includes('french'));
    expect(back).toHaveLength(1);
    await vi.waitFor(async () => expect(await readFile(join(folder, back[0] ?? '', KEPT.path), 'utf8')).toBe(KEPT.text));
    expect(await complaints(wb)).toEqual([]);
  });
});
