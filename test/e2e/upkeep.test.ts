/** A full disk, what worktrees take, backups and Clean Up, as a person meets them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { DEMO_GOAL } from '../demo/recordedPlan.js';
import { dashboardIn } from './support/dashboard.js';
import { makeFastDemo } from './support/demo.js';
import { gitIn } from './support/git.js';
import { journey } from './support/journey.js';
import { setTheme, THEMES, type Theme } from './support/theme.js';

const ALL = Object.keys(THEMES) as Theme[];

/** Changes the team file, as a person does. */
async function team(root: string, from: string | RegExp, to: string): Promise<void> {
  const file = join(root, '.switchyard', 'team.jsonc');
  await writeFile(file, (await readFile(file, 'utf8')).replace(from, to));
}

async function make(root: string): Promise<void> {
  await makeFastDemo(root);
  await team(root, '"limits": {', '"limits": { "minFreeGb": 1000000,');
}

journey('upkeep', { make, window: { width: 1400, height: 900 } }, ({ step }) => {
  step('below the floor of free space tasks wait, say why, and go on when there is room', async ({ wb, root, picture }) => {
    await wb.openContainer('Switchyard');
    await wb.runCommand('Switchyard: Decompose Task');
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await wb.page.keyboard.type(DEMO_GOAL);
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    const dashboard = dashboardIn(wb);
    await dashboard.state('tags', 'proposed', 60_000);
    await (await dashboard.frame()).getByRole('button', { name: 'Approve and Start' }).click();
    const panel = await dashboard.select('tags');
    await panel.getByText(/Waits for disk space: .* floor 1000 TB/).waitFor({ timeout: 60_000 });
    await dashboard.state('tags', 'waiting');
    await picture('waits-for-space');
    await team(root, '1000000', '0');
    await panel.getByRole('button', { name: 'Check Again' }).click();
    await dashboard.state('tags', 'ready', 90_000);
  });

  step('the Overview says what a worktree takes, the agents view what all do', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    await dashboard.state('tokenizer', 'ready', 90_000);
    const panel = await dashboard.select('tags');
    await dashboard.tab('Overview');
    await panel.locator('dt', { hasText: 'Disk' }).waitFor({ timeout: 60_000 });
    await wb.page.locator('.monaco-list-row', { hasText: /Disk.*in worktrees/ }).waitFor({ timeout: 60_000 });
    for (const theme of ALL) {
      await setTheme(wb, theme);
      await picture(`disk-${theme}`);
    }
    await setTheme(wb, 'dark');
  });

  step('a dropped task is in the list of backups, with what becomes of it', async ({ wb, root, picture }) => {
    const dashboard = dashboardIn(wb);
    const panel = await dashboard.select('tags');
    await panel.getByRole('button', { name: 'More Actions' }).click();
    await (await dashboard.frame()).getByRole('menuitem', { name: /^Drop/ }).click();
    await (await dashboard.frame()).getByRole('button', { name: 'Drop', exact: true }).click();
    await dashboard.state('tags', 'dropped', 60_000);
    await wb.runCommand('Switchyard: Restore Backup…');
    const row = wb.page.locator('.quick-input-list .monaco-list-row', { hasText: /The task was dropped\. \d+ B|The task was dropped\. [\d.]+ KB/ });
    await row.waitFor({ timeout: 30_000 });
    await picture('backups');
    await wb.page.keyboard.press('Escape');
    expect(await gitIn(root, 'for-each-ref', '--format=%(refname)', 'refs/switchyard/backup')).toContain('/tags/dropped');
  });

  step('Clean Up says first what goes, and what never landed by name', async ({ wb, root, picture }) => {
    await team(root, '"version": 1,', '"version": 1, "backupDays": 0.000001,');
    await wb.runCommand('Switchyard: Clean Up');
    const dialog = wb.page.locator('.monaco-dialog-box');
    await dialog.getByText('never landed').first().waitFor({ timeout: 30_000 });
    await picture('clean-up');
    await dialog.getByRole('button', { name: 'Clean Up' }).click();
    await wb.page.getByText(/Removed 1 backup/).first().waitFor({ timeout: 30_000 });
    await picture('cleaned-up');
    expect(await gitIn(root, 'for-each-ref', 'refs/switchyard/backup')).toBe('');
  });
});
