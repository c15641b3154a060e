/** The ways in which work comes to the base, and what agents leave elsewhere, as a person meets them: looked at in three themes, and acted on. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { dashboardIn } from './support/dashboard.js';
import { gitIn } from './support/git.js';
import { journey } from './support/journey.js';
import type { Stage } from './support/stage.js';
import { setTheme, type Theme } from './support/theme.js';
import { watchHome } from './support/watchedPath.js';
import { AS_A_WHOLE, BY_PULL_REQUEST, chooseMerge, HIDDEN, makeWays, PLANNERS, TOGETHER, type Ways } from './support/waysDemo.js';

const LOOKED_AT: readonly Theme[] = ['light', 'hc-black', 'dark'];
let ways: Ways;

/** A picture in each theme; ends in the dark one. */
async function inThemes({ wb, picture }: Stage, name: string): Promise<void> {
  for (const theme of LOOKED_AT) {
    await setTheme(wb, theme);
    await picture(`${name}-${theme}`);
  }
}

async function plans({ wb }: Stage, goal: string, task: string): Promise<void> {
  await wb.runCommand('Switchyard: Decompose Task');
  await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
  await wb.page.keyboard.type(goal);
  await wb.page.keyboard.press('ControlOrMeta+Enter');
  await dashboardIn(wb).state(task, 'proposed', 90_000);
}

async function starts({ wb }: Stage): Promise<void> {
  await (await dashboardIn(wb).frame()).getByRole('button', { name: 'Approve and Start' }).click();
}

const approve = async ({ wb }: Stage, task: string): Promise<void> => (await dashboardIn(wb).select(task)).getByRole('button', { name: 'Approve & Merge' }).click();
const text = async (root: string, path: string): Promise<string> => (await readFile(join(root, path), 'utf8')).trim();
const onBase = (root: string): Promise<string> => gitIn(root, 'ls-tree', '--name-only', 'main', 'src/');

journey('ways', {
  make: async (root, folder) => {
    ways = await makeWays(root, folder);
  },
  editor: async (folder) => {
    const userDir = join(folder, 'editor');
    await watchHome(join(userDir, 'home'), { path: ways.gh.env['PATH'] ?? '' });
    return { userDir, env: ways.gh.env };
  },
  window: { width: 1400, height: 900 },
}, ({ step }) => {
  step('what the planner changed outside its own copy stands beside its plan, and is taken back', async (stage) => {
    const { wb, root } = stage;
    await wb.openContainer('Switchyard');
    await plans(stage, TOGETHER, 'first');
    const notices = (await dashboardIn(wb).frame()).getByRole('region', { name: 'Notices' });
    await notices.getByText(`The planner changed ${PLANNERS} in your checkout`).waitFor();
    expect(await text(root, PLANNERS)).toBe('# Words, as the planner likes them');
    await inThemes(stage, 'planner-leak');
    await notices.getByRole('button', { name: 'Undo', exact: true }).click();
    await notices.getByText('The planner changed').waitFor({ state: 'detached', timeout: 30_000 });
    expect(await text(root, PLANNERS)).toBe('# Words');
  });

  step('a change that may be an agent’s is said as a guess, and holds nothing up', async (stage) => {
    const { wb, root } = stage;
    const dashboard = dashboardIn(wb);
    await starts(stage);
    for (const task of ['first', 'second', 'third', 'fourth']) await dashboard.state(task, 'ready', 90_000);
    await ways.open('alone');
    await dashboard.state('astray', 'ready');
    const notice = (await dashboard.select('astray')).getByRole('region', { name: 'Stray changes' }).filter({ hasText: HIDDEN });
    await notice.getByText('Perhaps changed outside its worktree').waitFor();
    await notice.getByText('This holds nothing up').waitFor();
    await inThemes(stage, 'possible-leak');
    await notice.getByRole('button', { name: 'Keep', exact: true }).click();
    await notice.waitFor({ state: 'detached', timeout: 30_000 });
    expect(await text(root, HIDDEN)).toBe('Notes\nmore');
    await gitIn(root, 'checkout', '--', HIDDEN);
  });

  step('approved one after the other, tasks are gated together and land by one move', async (stage) => {
    const { wb, root } = stage;
    const dashboard = dashboardIn(wb);
    await approve(stage, 'first');
    await dashboard.state('first', 'landed');
    await approve(stage, 'second');
    await dashboard.state('second', 'checking');
    for (const task of ['third', 'fourth']) {
      await approve(stage, task);
      await dashboard.state(task, 'merging');
    }
    await (await dashboard.node('third')).getByText('Lands after “The second word”').waitFor();
    await inThemes(stage, 'queue-waits');
    await ways.open('regate');
    await dashboard.state('second', 'landed');
    await (await dashboard.node('third')).getByText('Gated together with “The fourth word”').waitFor();
    await inThemes(stage, 'queue-together');
    const before = await gitIn(root, 'rev-parse', 'main');
    await ways.open('candidate');
    for (const task of ['third', 'fourth']) await dashboard.state(task, 'landed');
    expect((await gitIn(root, 'reflog', 'main', '--format=%H')).split('\n')[1]).toBe(before);
  });

  step('taking a landing back that no test covers asks, and then goes by the person’s word', async (stage) => {
    const { wb, root } = stage;
    const dashboard = dashboardIn(wb);
    const undo = async (): Promise<void> => {
      await (await dashboard.select('first')).getByRole('button', { name: 'Undo Landing…' }).click();
      await (await dashboard.frame()).getByRole('dialog').getByRole('button', { name: 'Undo Landing' }).click();
    };
    await undo();
    const said = (await dashboard.inspector()).getByRole('region', { name: 'Undo' });
    await said.getByText('Undo Landing once more takes it back on your word, unproven.').waitFor({ timeout: 60_000 });
    expect(await onBase(root)).toContain('src/first.mjs');
    await inThemes(stage, 'undo-unproven');
    await undo();
    await said.getByText('taken back by this commit').waitFor({ timeout: 60_000 });
    expect(await onBase(root)).not.toContain('src/first.mjs');
    await approve(stage, 'astray');
    await dashboard.state('astray', 'landed');
  });

  step('a run lands as a whole with one button', async (stage) => {
    const { wb, root } = stage;
    const dashboard = dashboardIn(wb);
    await chooseMerge(root, 'integration');
    await plans(stage, AS_A_WHOLE, 'fifth');
    await starts(stage);
    for (const task of ['fifth', 'sixth']) {
      await dashboard.state(task, 'ready', 90_000);
      await approve(stage, task);
      await dashboard.state(task, 'landed');
    }
    const land = (await dashboard.frame()).getByRole('button', { name: 'Land the Run' });
    await land.waitFor({ timeout: 60_000 });
    expect(await onBase(root)).not.toContain('src/fifth.mjs');
    await inThemes(stage, 'land-run');
    await land.click();
    await vi.waitFor(async () => expect(await onBase(root)).toContain('src/sixth.mjs'), 60_000);
    await stage.picture('run-landed');
  });

  step('a pull request is opened, can be looked at, and lands where others merge it', async (stage) => {
    const { wb, root } = stage;
    const dashboard = dashboardIn(wb);
    await gitIn(root, 'push', '--quiet', 'origin', 'main');
    await chooseMerge(root, 'pull-request');
    await plans(stage, BY_PULL_REQUEST, 'seventh');
    await starts(stage);
    await dashboard.state('seventh', 'ready', 90_000);
    await approve(stage, 'seventh');
    await dashboard.state('seventh', 'in-review');
    const panel = await dashboard.select('seventh');
    await panel.getByRole('button', { name: 'Open Pull Request' }).waitFor();
    await inThemes(stage, 'pull-request');
    const [, head = ''] = (await gitIn(root, 'ls-remote', '--heads', 'origin')).split('\n').map((line) => line.split('\t')[0] ?? '');
    await gitIn(root, 'fetch', '--quiet', 'origin', head);
    await gitIn(root, 'push', '--quiet', 'origin', `${head}:main`);
    // What was merged there is noticed by itself once it is fetched.
    await dashboard.state('seventh', 'landed');
    await stage.picture('pull-request-merged');
  });
});
