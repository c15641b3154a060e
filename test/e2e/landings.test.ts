/** What can be in the way of a landing, and what proves one, as a person meets each: looked at in three themes, and acted on. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { dashboardIn } from './support/dashboard.js';
import { gitIn } from './support/git.js';
import { journey } from './support/journey.js';
import { ADAS, LANDINGS_GOAL, makeLandings, MERGED, SHARED, STRAYS } from './support/landingsDemo.js';
import type { Stage } from './support/stage.js';
import { setTheme, type Theme } from './support/theme.js';

const LOOKED_AT: readonly Theme[] = ['light', 'hc-black', 'dark'];
let notes = '';

/** Looks at each of the panels in each theme; ends in the dark one. */
async function inThemes({ wb }: Stage, look: (theme: Theme) => Promise<void>): Promise<void> {
  for (const theme of LOOKED_AT) {
    await setTheme(wb, theme);
    await look(theme);
  }
}

const lines = async (path: string): Promise<string> => (await readFile(join(notes, path), 'utf8').catch(() => 'nothing')).trim();

journey('landings', {
  make: async (root, folder) => {
    notes = root;
    await makeLandings(root, folder);
  },
  window: { width: 1400, height: 900 },
}, ({ step }) => {
  step('a run that cannot be opened says why, and can be recovered', async ({ wb, picture }) => {
    await wb.openContainer('Switchyard');
    await wb.runCommand('Switchyard: Open Dashboard');
    const refused = (await dashboardIn(wb).frame()).getByRole('region', { name: 'Runs that cannot be opened' });
    await refused.getByText('The log of r1 is damaged').waitFor({ timeout: 60_000 });
    await wb.page.getByRole('treeitem', { name: /r1 cannot be opened/ }).waitFor();
    await picture('refused-run');
    await refused.getByRole('button', { name: 'Recover Run…' }).click();
    await wb.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Go On in a New Run' }).waitFor();
    await picture('recover-run');
    await wb.page.keyboard.press('Escape');
  });

  step('a run gets into every state at once', async ({ wb }) => {
    await wb.runCommand('Switchyard: Decompose Task');
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await wb.page.keyboard.type(LANDINGS_GOAL);
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    const dashboard = dashboardIn(wb);
    await dashboard.state('words', 'proposed', 60_000);
    await (await dashboard.frame()).getByRole('button', { name: 'Approve and Start' }).click();
    await dashboard.state('hollow', 'needs-you', 90_000);
    for (const task of ['words', 'clock', ...Object.keys(STRAYS)]) await dashboard.state(task, 'ready', 90_000);
    await (await dashboard.frame()).locator('.edge-tag', { hasText: `conflict in ${SHARED}` }).waitFor({ timeout: 60_000 });
  });

  step('forecast edge, receipt, flaky and unproven gate, leak notice', async (stage) => {
    const { wb, picture } = stage;
    const dashboard = dashboardIn(wb);
    await inThemes(stage, async (theme) => {
      await dashboard.select('words');
      await (await dashboard.frame()).locator('.edge-tag').waitFor();
      await picture(`forecast-edge-${theme}`);
      const receipt = (await dashboard.tab('Gate')).getByRole('region', { name: 'Receipt' });
      await receipt.getByText('npm test').waitFor();
      await receipt.getByText(/node \d+\./).waitFor();
      await receipt.getByText('1 test').waitFor();
      await picture(`receipt-${theme}`);
      await dashboard.select('clock');
      await (await dashboard.inspector()).getByText('red once, and passed when run again').waitFor();
      await picture(`flaky-gate-${theme}`);
      await dashboard.select('hollow');
      await (await dashboard.inspector()).getByText('passed but ran no test').waitFor();
      await (await dashboard.inspector()).getByRole('button', { name: 'Land Unproven…' }).waitFor();
      await picture(`unproven-gate-${theme}`);
      await dashboard.tab('Overview');
      await dashboard.select('undo-me');
      const notice = (await dashboard.inspector()).getByRole('region', { name: 'Stray changes' }).filter({ hasText: STRAYS['undo-me'] });
      for (const choice of ['Move into the Task', 'Keep', 'Undo']) await notice.getByRole('button', { name: choice, exact: true }).waitFor();
      await picture(`leak-notice-${theme}`);
    });
  });

  step('stray changes are moved, kept or undone at the person’s word', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    const choose = async (task: keyof typeof STRAYS, choice: string): Promise<void> => {
      const notice = (await dashboard.select(task)).getByRole('region', { name: 'Stray changes' }).filter({ hasText: STRAYS[task] });
      await notice.getByRole('button', { name: choice, exact: true }).click();
      await notice.waitFor({ state: 'detached', timeout: 30_000 });
    };
    await choose('undo-me', 'Undo');
    expect(await lines(STRAYS['undo-me'])).toBe('# Words');
    await choose('keep-me', 'Keep');
    expect(await lines(STRAYS['keep-me'])).toBe('Left by keep-me.');
    await choose('move-me', 'Move into the Task');
    expect(await lines(STRAYS['move-me'])).toBe('nothing');
    await dashboard.state('move-me', 'ready', 60_000);
    await dashboard.tab('Diff');
    await (await dashboard.inspector()).locator('.file-row', { hasText: 'moved.txt' }).waitFor();
    await picture('stray-moved');
    await dashboard.tab('Overview');
  });

  step('a base that the remote left behind is brought in with a click', async ({ wb, root, picture }) => {
    const dashboard = dashboardIn(wb);
    const banner = (await dashboard.frame()).getByRole('region', { name: 'Notices' });
    await banner.getByText('origin/main has 1 commit that main has not').waitFor({ timeout: 60_000 });
    await picture('base-moved');
    await banner.getByRole('button', { name: 'Bring In' }).click();
    await banner.getByText('origin/main').waitFor({ state: 'detached', timeout: 30_000 });
    expect(await gitIn(root, 'rev-parse', 'main')).toBe(await gitIn(root, 'rev-parse', 'origin/main'));
  });

  step('a landing is taken back by a gated revert', async ({ wb, root, picture }) => {
    const dashboard = dashboardIn(wb);
    await (await dashboard.select('clock')).getByRole('button', { name: 'Approve & Merge' }).click();
    await dashboard.state('clock', 'landed', 60_000);
    await (await dashboard.inspector()).getByRole('button', { name: 'Undo Landing…' }).click();
    const question = (await dashboard.frame()).getByRole('dialog');
    await picture('undo-question');
    await question.getByRole('button', { name: 'Undo Landing' }).click();
    await (await dashboard.inspector()).getByRole('region', { name: 'Undo' }).getByText('taken back by this commit').waitFor({ timeout: 60_000 });
    expect(await gitIn(root, 'ls-tree', '--name-only', 'main', 'src/')).not.toContain('clock');
    await picture('undone');
  });

  step('what nothing has proved lands only after a question', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    await (await dashboard.select('hollow')).getByRole('button', { name: 'Land Unproven…' }).click();
    const question = (await dashboard.frame()).getByRole('dialog');
    await question.getByText('a person accepted it').waitFor();
    await picture('land-unproven');
    await question.getByRole('button', { name: 'Land Unproven' }).click();
    await dashboard.state('hollow', 'landed', 60_000);
    await (await dashboard.tab('Gate')).getByText('None: a person accepted it as it is').waitFor();
    await picture('landed-unproven');
    await dashboard.tab('Overview');
  });

  step('a conflict offers its choices, and the agent resolves it', async (stage) => {
    const { wb, root, picture } = stage;
    const dashboard = dashboardIn(wb);
    await writeFile(join(root, SHARED), ADAS);
    await gitIn(root, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.test', 'commit', '--quiet', '-m', 'A word of my own', '--', SHARED);
    await (await dashboard.node('words')).getByText('conflicts with main').waitFor({ timeout: 60_000 });
    await (await dashboard.select('words')).getByRole('region', { name: 'Forecast' }).getByText(SHARED).waitFor();
    await picture('forecast-base');
    await (await dashboard.inspector()).getByRole('button', { name: 'Approve & Merge' }).click();
    await dashboard.state('words', 'needs-you', 60_000);
    const panel = await dashboard.inspector();
    await panel.getByText('Needs you: Conflict').waitFor();
    await inThemes(stage, async (theme) => {
      await panel.getByRole('button', { name: 'Resolve Conflict…' }).waitFor();
      await picture(`conflict-choice-${theme}`);
    });
    await panel.getByRole('button', { name: 'Retry…' }).click();
    await (await dashboard.frame()).getByRole('form', { name: 'Retry' }).getByRole('textbox').waitFor();
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    await dashboard.state('words', 'ready', 90_000);
    await panel.getByText('resolved by scripted').waitFor();
    await picture('conflict-resolved');
    await panel.getByRole('button', { name: 'Approve & Merge' }).click();
    await dashboard.state('words', 'landed', 60_000);
    expect(`${await gitIn(root, 'show', `main:${SHARED}`)}\n`).toBe(MERGED);
  });

  step('what was saved before a removal is in the list of backups', async (stage) => {
    const { wb, picture } = stage;
    const dashboard = dashboardIn(wb);
    await (await dashboard.select('held')).getByRole('button', { name: 'Stop', exact: true }).click();
    await dashboard.state('held', 'stopped', 30_000);
    await wb.runCommand('Switchyard: Drop…');
    await wb.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Words in capitals' }).click();
    await wb.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Drop' }).click();
    await vi.waitFor(async () => expect(await gitIn(notes, 'for-each-ref', '--format=%(refname)', 'refs/switchyard/backup/')).toContain('held'), 30_000);
    await inThemes(stage, async (theme) => {
      await wb.runCommand('Switchyard: Restore Backup…');
      await wb.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
      await picture(`backups-${theme}`);
      await wb.page.keyboard.press('Escape');
    });
  });
});
