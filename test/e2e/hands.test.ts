/** What a person does by hand around the agents: looks at one that is done, takes a task over. */
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { DEMO_GOAL } from '../demo/recordedPlan.js';
import { dashboardIn } from './support/dashboard.js';
import { makeHeldDemo, REVIEWED, type Holds } from './support/demo.js';
import { processesWith } from '../support/editor/processTree.js';
import { gitIn } from './support/git.js';
import { journey } from './support/journey.js';
import { commandLines } from './support/processes.js';
import { complaints, hidePanel } from './support/quiet.js';
import { setTheme } from './support/theme.js';

let holds: Holds;

/** Command lines of the runners that still exist in this editor. */
async function runners(userDir: string): Promise<string[]> {
  return (await commandLines(await processesWith('HOME', join(userDir, 'home')))).filter((line) => line.includes('runner.js'));
}

journey('hands', {
  make: async (root, folder) => {
    holds = await makeHeldDemo(root, join(folder, 'holds'));
  },
}, ({ step }) => {
  step('an agent’s terminal stays readable when the agent is done, and takes no focus', async ({ wb, editor, picture }) => {
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
    await dashboard.select('tokenizer');
    const frame = await dashboard.frame();
    await frame.waitForFunction(() => document.hasFocus());
    await holds.open('tags');
    const shown = await wb.waitForTerminal(/under Activity/);
    expect(shown).toContain('Reading src/note.mjs and its tests');
    expect(shown).toContain('✓ Finished after');
    expect(shown).toContain('The agent has finished; nothing runs here any more.');
    expect(await frame.evaluate(() => document.hasFocus())).toBe(true);
    await picture('ended');
    await dashboard.state('tags', 'ready');
    // Nobody looks at the other one, so what is left of it needs no process; this one is kept while it is before a person.
    await vi.waitFor(async () => expect(await runners(editor.userDir)).toHaveLength(1), 30_000);
    await wb.page.locator('.terminal-tabs-entry', { hasText: 'tokenizer · scripted' }).click();
    expect(await wb.waitForTerminal(/under Activity/)).toContain('Text tokenizer');
    await vi.waitFor(async () => expect(await runners(editor.userDir)).toEqual([]), 30_000);
    await hidePanel(wb);
  });

  step('an ended attempt’s terminal is shown again, also after it was closed', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    await dashboard.select('tags');
    await wb.runCommand('Terminal: Kill All Terminals');
    await wb.runCommand('Switchyard: Show Terminal');
    await wb.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Tags on a note' }).click();
    expect(await wb.waitForTerminal(/under Activity/)).toContain('Write src/note.mjs');
    await picture('shown-again');
    await hidePanel(wb);
  });

  step('Take Over opens a shell in the worktree and says how to go on', async ({ wb, root, picture }) => {
    const dashboard = dashboardIn(wb);
    const tags = await dashboard.select('tags');
    await wb.runCommand('Switchyard: Take Over');
    await wb.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Tags on a note' }).click();
    const shown = await wb.waitForTerminal(/Check Again/);
    expect(shown.replaceAll('\n', '')).toContain('scripted has no CLI to go on in, so this is your own shell');
    // The shell comes up by itself; what is typed before it can be read would be lost.
    await wb.waitForTerminal(/[#$%>]\s*$/);
    await wb.page.locator('.terminal-wrapper.active .xterm-screen').click();
    await wb.page.keyboard.type('pwd');
    await wb.page.keyboard.press('Enter');
    await wb.waitForTerminal(new RegExp(`^${root}\\.worktrees/r1/tags$`, 'm'));
    await picture('taken-over');
    await hidePanel(wb);
    await dashboard.state('tags', 'needs-you');
    await tags.getByRole('button', { name: 'Check Again' }).click();
    await dashboard.state('tags', 'ready');
    expect(await complaints(wb)).toEqual([]);
  });

  step('words for an agent have several lines, also when they are asked for from the list', async ({ wb, picture }) => {
    const { page } = wb;
    await wb.runCommand('Switchyard: Retry…');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Tags on a note' }).click();
    const dashboard = dashboardIn(wb);
    const form = (await dashboard.inspector()).getByRole('form', { name: 'Retry' });
    await form.getByRole('textbox').and((await dashboard.frame()).locator(':focus')).waitFor();
    await page.keyboard.type('Say where the limits come from.');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Keep the order.');
    await picture('words');
    await page.keyboard.press('ControlOrMeta+Enter');
    await (await dashboard.inspector()).locator('.sub', { hasText: 'attempt 2' }).waitFor();
    const overview = await dashboard.tab('Overview');
    await overview.getByText('What it was told').click();
    expect(await overview.locator('.quoted').innerText()).toContain('Say where the limits come from.\nKeep the order.');
  });

  step('a retry that made it worse is taken back: the earlier green result, with what came after kept', async ({ wb, root, picture }) => {
    const dashboard = dashboardIn(wb);
    await dashboard.state('tags', 'ready');
    const worktree = `${root}.worktrees/r1/tags`;
    const before = await gitIn(worktree, 'rev-parse', 'HEAD~1');
    expect(await gitIn(worktree, 'show', 'HEAD:src/note.mjs')).toContain(REVIEWED.line);
    const overview = await dashboard.tab('Overview');
    const back = overview.getByRole('button', { name: 'Back to This Result…' });
    const question = (await dashboard.frame()).getByRole('dialog', { name: 'Take “Tags on a note” back to attempt 1?' });
    for (const theme of ['light', 'hc-black', 'dark'] as const) {
      await setTheme(wb, theme);
      await back.scrollIntoViewIfNeeded();
      await picture(`back-offered-${theme}`);
      await back.click();
      await question.waitFor();
      await picture(`back-asked-${theme}`);
      if (theme !== 'dark') await question.getByRole('button', { name: 'Cancel' }).click();
    }
    await question.getByRole('button', { name: 'Back to Attempt 1' }).click();
    await overview.getByText(/put aside/).waitFor();
    await dashboard.state('tags', 'ready');
    await overview.getByText(/put aside/).scrollIntoViewIfNeeded();
    await picture('back');
    expect(await gitIn(worktree, 'rev-parse', 'HEAD')).toBe(before);
    await (await dashboard.inspector()).locator('.sub', { hasText: 'attempt 1 again' }).waitFor();
    const [kept = ''] = (await gitIn(root, 'for-each-ref', '--format=%(refname)', 'refs/switchyard/backup/r1/tags')).split('\n');
    expect(await gitIn(root, 'show', `${kept}:src/note.mjs`)).toContain(REVIEWED.line);
    expect(await complaints(wb)).toEqual([]);
  });

  step('a message that is no longer true says so, and does nothing twice', async ({ wb, root, picture }) => {
    const { page } = wb;
    const dashboard = dashboardIn(wb);
    await dashboard.state('tags', 'ready');
    await (await dashboard.select('tags')).getByRole('button', { name: 'Retry…' }).click();
    // Somebody who looks elsewhere is told.
    await page.keyboard.press('ControlOrMeta+Enter');
    await page.getByRole('treeitem', { name: /README\.md/ }).dblclick();
    await wb.notification('“Tags on a note” is ready', 60_000);
    await wb.runCommand('Switchyard: Approve & Merge');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Tags on a note' }).click();
    await vi.waitFor(async () => expect(await gitIn(root, 'log', '--format=%s', 'main')).toContain('Tags on a note'), 60_000);
    // A message is put away after a while; it can be answered long after.
    await wb.runCommand('Notifications: Show Notifications');
    await page.locator('.notifications-center .monaco-list-row', { hasText: '“Tags on a note” is ready' }).getByRole('button', { name: 'Approve & Merge' }).first().click();
    await page.getByText(/“Tags on a note” (has landed|is being merged) already, so nothing had to be done\./).first().waitFor();
    await picture('told');
    expect(await complaints(wb)).toEqual([]);
  });
});
