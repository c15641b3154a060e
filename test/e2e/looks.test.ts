/** The dashboard in every theme, in the states that the main job does not pass through; and the picture of the README. */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Task } from '../../src/core/plan.js';
import { DEMO_GOAL } from '../demo/recordedPlan.js';
import { seriousAxeFindings } from '../support/editor/workbench.js';
import { testOutput } from '../support/root.js';
import { dashboardIn } from './support/dashboard.js';
import { attemptsOf, makeFastDemo } from './support/demo.js';
import { journey } from './support/journey.js';
import { setTheme, THEMES, type Theme } from './support/theme.js';

const ALL = Object.keys(THEMES) as Theme[];
/** Named by a task, owned by none. */
const UNOWNED = 'CHANGELOG.md';
/** Longer than the suite looks at it. */
const FOR_EVER = { sleepMs: 600_000 };

/** One task leaves its contract twice and so needs a person; another is at work on its second attempt for as long as one looks. */
function mixed(task: Task): Task {
  const [first = [], second = []] = attemptsOf(task);
  if (task.id === 'docs') {
    const leaves = [...first.slice(0, -2), { append: { path: 'src/server.mjs', text: '// See docs/search.md.\n' } }, ...first.slice(-2)];
    // Its words name a file that no task owns, which the plan gate has to say.
    return { ...task, instructions: `${task.instructions} List both in ${UNOWNED}.`, dependsOn: ['tags'], script: { attempts: [leaves] } };
  }
  if (task.id === 'search-index') return { ...task, script: { attempts: [first, [...second.slice(0, 3), FOR_EVER]] } };
  return task;
}

journey('looks', { make: (root) => makeFastDemo(root, mixed), window: { width: 1400, height: 900 } }, ({ step }) => {
  step('nothing planned yet', async ({ wb, picture }) => {
    await wb.openContainer('Switchyard');
    await wb.runCommand('Switchyard: Open Dashboard');
    const dashboard = dashboardIn(wb);
    await (await dashboard.frame()).getByRole('heading', { name: 'What shall be built?' }).waitFor();
    for (const theme of ALL) {
      await setTheme(wb, theme);
      await picture(`empty-${theme}`);
    }
    await setTheme(wb, 'dark');
  });

  step('planning that fails says why and what to do', async ({ wb, picture }) => {
    await wb.runCommand('Switchyard: Decompose Task');
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await wb.page.keyboard.type('Make it faster');
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    await (await dashboardIn(wb).frame()).getByText(/No plan is recorded for this goal/).first().waitFor({ timeout: 60_000 });
    await picture('planning-failed');
  });

  step('a plan to approve', async ({ wb, picture }) => {
    await wb.runCommand('Switchyard: Decompose Task');
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await wb.page.keyboard.type(DEMO_GOAL);
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    const dashboard = dashboardIn(wb);
    await dashboard.state('docs', 'proposed', 60_000);
    // Said above the plan and beside the task.
    const said = new RegExp(`names ${UNOWNED.replace('.', '\\.')}, which no task owns`);
    await (await dashboard.frame()).getByRole('region', { name: 'Notices' }).getByText(said).waitFor();
    await (await dashboard.select('docs')).getByText(said).waitFor();
    for (const theme of ALL) {
      await setTheme(wb, theme);
      await picture(`proposed-${theme}`);
    }
    await setTheme(wb, 'dark');
  });

  step('a run in the middle: landed, ready, at work, needs you', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    await (await dashboard.frame()).getByRole('button', { name: 'Approve and Start' }).click();
    for (const task of ['tags', 'tokenizer']) {
      await dashboard.state(task, 'ready', 90_000);
      await (await dashboard.select(task)).getByRole('button', { name: 'Approve & Merge' }).click();
      await dashboard.state(task, 'landed');
    }
    await dashboard.state('docs', 'needs-you', 90_000);
    await dashboard.state('tag-store', 'ready', 90_000);
    await dashboard.state('search-index', 'working', 90_000);
    await (await dashboard.node('search-index')).getByText('attempt 2').waitFor({ state: 'attached' });
    await dashboard.select('docs');
    await picture('needs-you');
    await dashboard.select('tag-store');
    await dashboard.tab('Diff');
    await (await dashboard.inspector()).locator('.diff-line').first().waitFor();
    for (const theme of ALL) {
      await setTheme(wb, theme);
      await picture(`run-${theme}`);
      expect(await seriousAxeFindings(wb.page, ['.editor-instance iframe.webview.ready, iframe.webview.ready', '#active-frame', 'main.dashboard']), theme).toEqual([]);
    }
    await setTheme(wb, 'dark');
  });

  step('the picture of the README', async ({ wb, picture }) => {
    await wb.runCommand('View: Toggle Primary Side Bar Visibility');
    await wb.page.locator('.part.sidebar').waitFor({ state: 'hidden' });
    const dashboard = dashboardIn(wb);
    await dashboard.state('tag-store', 'ready');
    await (await dashboard.frame()).locator('.graph[data-detail="full"]').waitFor();
    await (await dashboard.frame()).getByRole('button', { name: 'Fit Plan' }).click();
    await picture('readme');
    await mkdir(join(testOutput, 'e2e'), { recursive: true });
    if (process.env['SWITCHYARD_README_PICTURE'] !== undefined) await copyFile(await wb.screenshot(join('e2e', 'dashboard')), process.env['SWITCHYARD_README_PICTURE']);
  });

  step('in a narrow editor it shows one thing at a time', async ({ wb, picture }) => {
    await wb.page.setViewportSize({ width: 760, height: 800 });
    await (await dashboardIn(wb).frame()).locator('aside.inspector').waitFor();
    await picture('narrow-task');
    await (await dashboardIn(wb).frame()).getByRole('button', { name: 'Back to the Plan' }).click();
    await picture('narrow-plan');
  });
});
