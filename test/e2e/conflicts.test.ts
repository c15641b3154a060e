/** A conflict as a person meets it: forecast on the plan, then the choice, then the editor's own merge editor. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, vi } from 'vitest';
import type { Task } from '../../src/core/plan.js';
import { DEMO_GOAL } from '../demo/recordedPlan.js';
import { dashboardIn } from './support/dashboard.js';
import { makeFastDemo } from './support/demo.js';
import { gitIn } from './support/git.js';
import { journey } from './support/journey.js';

const FILE = 'src/search/tokenize.mjs';
/** Longer than the suite looks at it. */
const FOR_EVER = { sleepMs: 600_000 };

/** `tags` writes, uncommitted, what `tokenizer` owns, and goes on working. */
function meeting(task: Task): Task {
  return task.id === 'tags' ? { ...task, script: [{ write: { path: FILE, text: 'export const tokenize = () => [];\n' } }, FOR_EVER] } : task;
}

journey('conflicts', { make: (root) => makeFastDemo(root, meeting), window: { width: 1400, height: 900 } }, ({ step }) => {
  step('two tasks that will conflict are joined in red, before anything is committed', async ({ wb, picture }) => {
    await wb.openContainer('Switchyard');
    await wb.runCommand('Switchyard: Decompose Task');
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await wb.page.keyboard.type(DEMO_GOAL);
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    const dashboard = dashboardIn(wb);
    await dashboard.state('tags', 'proposed', 60_000);
    await (await dashboard.frame()).getByRole('button', { name: 'Approve and Start' }).click();
    await dashboard.state('tokenizer', 'ready', 90_000);
    await (await dashboard.frame()).locator('.edge-tag', { hasText: `conflict in ${FILE}` }).waitFor({ timeout: 60_000 });
    await picture('forecast-edge');
  });

  step('one that will conflict with the base says so on its node and in its panel', async ({ wb, root, picture }) => {
    await mkdir(dirname(join(root, FILE)), { recursive: true });
    await writeFile(join(root, FILE), 'export function tokenize(text) {\n  return text.split(" ");\n}\n');
    await gitIn(root, 'add', '-A');
    await gitIn(root, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.test', 'commit', '-qm', 'A tokenizer of my own');
    const dashboard = dashboardIn(wb);
    await (await dashboard.node('tokenizer')).getByText('conflicts with main').waitFor({ timeout: 60_000 });
    const panel = await dashboard.select('tokenizer');
    await panel.getByRole('region', { name: 'Forecast' }).getByText(FILE).waitFor();
    await picture('base-conflict');
  });

  step('a conflict names its paths and the other side, and offers the agent or the merge editor', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    await (await dashboard.select('tokenizer')).getByRole('button', { name: 'Approve & Merge' }).click();
    await dashboard.state('tokenizer', 'needs-you', 90_000);
    const panel = await dashboard.inspector();
    await panel.getByText('Ada in “A tokenizer of my own”').first().waitFor();
    await panel.getByRole('button', { name: 'Retry…' }).waitFor();
    await panel.getByRole('button', { name: 'Resolve Conflict…' }).waitFor();
    await picture('conflict-choice');
  });

  step('the merge editor opens on the task’s file, and Check Again concludes what was resolved', async ({ wb, root, picture }) => {
    const dashboard = dashboardIn(wb);
    await (await dashboard.inspector()).getByRole('button', { name: 'Resolve Conflict…' }).click();
    await wb.page.locator('.merge-editor').waitFor({ timeout: 60_000 });
    await wb.page.locator('.merge-editor .view-line', { hasText: 'text.split' }).first().waitFor();
    await picture('merge-editor');
    await wb.page.locator('.merge-editor a', { hasText: /^Accept Text tokenizer$/ }).first().click();
    await wb.page.locator('.merge-editor').getByText('0 Conflicts Remaining').waitFor();
    await wb.page.locator('.merge-editor .result .view-line').first().click();
    await wb.page.keyboard.press('ControlOrMeta+s');
    const file = join(`${root}.worktrees`, 'r1', 'tokenizer', FILE);
    const ours = await gitIn(root, 'show', `switchyard/r1/tokenizer:${FILE}`);
    await vi.waitFor(async () => expect((await readFile(file, 'utf8')).trim()).toBe(ours.trim()), 30_000);
    await wb.runCommand('Switchyard: Open Dashboard');
    const panel = await dashboard.select('tokenizer');
    await panel.getByRole('button', { name: 'Check Again' }).click();
    await dashboard.state('tokenizer', 'ready', 90_000);
    await panel.getByText('resolved by a person').waitFor();
    await picture('resolved');
    await panel.getByRole('button', { name: 'Approve & Merge' }).click();
    await dashboard.state('tokenizer', 'landed', 90_000);
    expect((await gitIn(root, 'show', `main:${FILE}`)).trim()).toBe(ours.trim());
    expect(await gitIn(root, 'show', '-s', '--format=%B', 'main')).toContain(`Switchyard-Resolved: ${FILE} resolved by a person`);
  });
});
