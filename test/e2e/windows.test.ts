/** What a window has to say when there is nothing to work on, and which of several folders it works on. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openWorkbench, type Workbench, type WorkbenchOptions } from '../support/editor/workbench.js';
import { dashboardIn } from './support/dashboard.js';
import { gitIn } from './support/git.js';
import { journey } from './support/journey.js';
import { keysOf } from './support/keys.js';
import { json, makeProject, writeFiles } from './support/project.js';
import type { Stage } from './support/stage.js';

const TEAM = json({ version: 1, planner: { agent: 'scripted' }, tiers: { fast: { agent: 'scripted' }, standard: { agent: 'scripted' }, deep: { agent: 'scripted' } } });
const OUTLINE = (what: string): string => `# Tidy the ${what}\n\n- [ ] tidy: Tidy it (owns: ${what}/**) (gate: true)\n`;

/** Another window of the same editor, for as long as `act` takes. */
async function inWindow(stage: Stage, options: WorkbenchOptions, act: (wb: Workbench) => Promise<void>): Promise<void> {
  const wb = await openWorkbench(stage.editor, stage.browser, options);
  try {
    await wb.openContainer('Switchyard');
    await act(wb);
  } catch (error) {
    await stage.picture('FAILED-here', wb).catch(() => undefined);
    throw error;
  } finally {
    await wb.close();
  }
}

const welcome = (wb: Workbench, text: string) => wb.page.locator('.welcome-view-content', { hasText: text });

journey('windows', {
  make: async (root, folder) => {
    // No team file and no CLI: a goal could not be planned by anybody.
    await makeProject(root, { 'README.md': '# Notes\n' }, 'Notes');
    await makeProject(join(folder, 'songs'), { 'songs.md': OUTLINE('songs'), '.switchyard/team.jsonc': TEAM }, 'Songs');
    await makeProject(join(folder, 'poems'), { 'poems.md': OUTLINE('poems'), '.switchyard/team.jsonc': TEAM }, 'Poems');
    await mkdir(join(folder, 'plain'));
    await mkdir(join(folder, 'fresh'));
    await gitIn(join(folder, 'fresh'), 'init', '--quiet', '--initial-branch=main');
    await writeFiles(folder, { 'several.code-workspace': json({ folders: ['plain', 'songs', 'poems'].map((path) => ({ path })) }) });
  },
}, ({ step }) => {
  step('without any agent that can plan, it says so and how to get one', async ({ wb, picture }) => {
    await wb.openContainer('Switchyard');
    await welcome(wb, 'No coding agent was found on this machine').getByRole('button', { name: 'Refresh Agents' }).waitFor();
    await wb.runCommand('Switchyard: Open Dashboard');
    const page = await dashboardIn(wb).frame();
    await page.getByRole('heading', { name: 'No coding agent was found' }).waitFor();
    await page.getByText('npm install -g @anthropic-ai/claude-code').waitFor();
    await picture('no-agent');
  });

  step('without a folder it offers to open one', async (stage) => {
    await inWindow(stage, { workspace: '' }, async (wb) => {
      await welcome(wb, 'Open a folder with a git repository to begin.').getByRole('button', { name: 'Open Folder' }).waitFor();
      await wb.runCommand('Switchyard: Decompose Task');
      await wb.notification('No folder is open.');
      await stage.picture('no-folder', wb);
    });
  });

  step('a folder that is no repository becomes one, which then wants a first commit', async (stage) => {
    await inWindow(stage, { folder: join(stage.folder, 'plain') }, async (wb) => {
      const initialize = welcome(wb, 'This folder is not a git repository').getByRole('button', { name: 'Initialize Repository' });
      await initialize.waitFor();
      await wb.runCommand('Switchyard: Open Dashboard');
      await (await dashboardIn(wb).frame()).getByRole('heading', { name: 'This folder is not a git repository' }).waitFor();
      await stage.picture('no-repository', wb);
    });
    await inWindow(stage, { folder: join(stage.folder, 'fresh') }, async (wb) => {
      await welcome(wb, 'The repository has no commit yet.').waitFor();
      await wb.runCommand('Switchyard: Open Dashboard');
      await (await dashboardIn(wb).frame()).getByRole('heading', { name: 'Make a first commit' }).waitFor();
      await stage.picture('no-commit', wb);
      await writeFiles(join(stage.folder, 'fresh'), { 'a.txt': 'a\n', '.switchyard/team.jsonc': TEAM });
      await gitIn(join(stage.folder, 'fresh'), 'add', '-A');
      await gitIn(join(stage.folder, 'fresh'), '-c', 'user.name=Ada', '-c', 'user.email=ada@example.test', 'commit', '-qm', 'First');
      // Without a button: a commit made in a terminal is noticed.
      await welcome(wb, 'Type a goal.').waitFor();
      await stage.picture('first-commit', wb);
    });
  });

  step('of several folders it works on the first repository, and says which', async (stage) => {
    await inWindow(stage, { workspace: join(stage.folder, 'several.code-workspace') }, async (wb) => {
      const { page } = wb;
      const shown = (name: string) => page.locator('.pane-header', { hasText: 'Tasks' }).getByText(name, { exact: true });
      await shown('songs').waitFor({ timeout: 15_000 }).catch(async (error: unknown) => {
        // The editor in the browser now and then comes up without the folders of a workspace file, in its own Explorer too.
        await wb.openContainer('Explorer');
        if ((await page.getByRole('treeitem', { name: /songs/ }).count()) > 0) throw error;
        console.log('The editor came up without the folders of the workspace file; it is loaded again.');
        await wb.reload();
        await wb.openContainer('Switchyard');
        await shown('songs').waitFor();
      });
      // First by itself: of two pages that a new browser profile shows for the first time in one moment, the editor may leave one blank.
      await wb.runCommand('Switchyard: Open Dashboard');
      await dashboardIn(wb).frame();
      await wb.runCommand('Switchyard: Switch Repository…');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'shown' }).waitFor();
      await stage.picture('folders', wb);
      await keysOf(wb).pick('plain');
      await wb.notification('“songs” is shown as before.');
      await stage.picture('not-a-repository', wb);
      expect(await shown('songs').isVisible()).toBe(true);

      await wb.runCommand('Switchyard: Switch Repository…');
      await keysOf(wb).pick('poems');
      await shown('poems').waitFor();
      await wb.runCommand('Switchyard: Import Outline…');
      await page.locator('.quick-input-title', { hasText: 'Import Outline' }).waitFor();
      // It opens in the repository that is shown.
      await page.locator('.quick-input-list').getByText('poems.md').click();
      const dashboard = dashboardIn(wb);
      await dashboard.state('tidy', 'proposed');
      await (await dashboard.frame()).locator('.run-head .sub', { hasText: 'in poems' }).waitFor();
      await stage.picture('poems', wb);
      expect(await gitIn(join(stage.folder, 'songs'), 'status', '--porcelain')).toBe('');
    });
  });
});
