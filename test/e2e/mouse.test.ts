/** The whole job by mouse: from an empty repository to landed work and its bill. Only words are typed. */
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { DEMO_GOAL, recordedPlan } from '../demo/recordedPlan.js';
import { billOf, expectedLines, figureEdges, shownLines } from './support/bill.js';
import { typeComment } from './support/comment.js';
import { dashboardIn } from './support/dashboard.js';
import { makeHeldDemo, REVIEWED, type Holds } from './support/demo.js';
import { gitIn, leftovers } from './support/git.js';
import { journey } from './support/journey.js';
import { complaints, hidePanel } from './support/quiet.js';

const TITLE = 'Tags on every note';
const COMMENT = 'Say where these limits come from.';
let holds: Holds;

const make = async (root: string, folder: string): Promise<void> => {
  holds = await makeHeldDemo(root, join(folder, 'holds'));
};

journey('mouse', { make }, ({ step }) => {
  step('an empty repository teaches the first step', async ({ wb, picture }) => {
    await wb.openContainer('Switchyard');
    const start = wb.page.locator('.welcome-view-content').getByRole('button', { name: 'Decompose Task' });
    await start.waitFor();
    await picture('empty');
    await start.click();
  });

  step('the repository’s own goal is there to begin with, and is handed to the planner', async ({ wb, picture }) => {
    const lens = wb.page.locator('.codelens-decoration a', { hasText: 'Start Planning' });
    await lens.waitFor();
    await wb.page.locator('.editor-instance .view-lines', { hasText: DEMO_GOAL.slice(0, 40) }).waitFor();
    await picture('goal');
    await lens.click();
  });

  step('the plan is proposed as a graph, and the goal is put away', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    await dashboard.state('docs', 'proposed');
    expect(await dashboard.inState('proposed')).toHaveLength(7);
    await wb.page.locator('.tab', { hasText: 'Goal.md' }).waitFor({ state: 'hidden' });
    await picture('proposed');
    expect(await complaints(wb)).toEqual([]);
  });

  step('a task’s title and tier are changed before anything starts', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    const tags = await dashboard.select('tags');
    await tags.getByRole('button', { name: 'Edit…' }).click();
    await tags.getByRole('textbox', { name: 'Title' }).fill(TITLE);
    await picture('editing');
    await tags.getByRole('button', { name: 'Save Changes' }).click();
    await tags.getByRole('heading', { name: TITLE }).waitFor();
    const docs = await dashboard.select('docs');
    await docs.getByLabel('Tier').selectOption('standard');
    await docs.locator('option', { hasText: /^standard → scripted · claude-sonnet-4-5$/ }).waitFor({ state: 'attached' });
    await picture('edited');
  });

  step('approving starts the agents, each in a terminal', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    await (await dashboard.frame()).getByRole('button', { name: 'Approve and Start' }).click();
    await dashboard.state('tags', 'working');
    const tags = await dashboard.select('tags');
    await tags.getByRole('button', { name: 'Show Terminal' }).click();
    const shown = await wb.waitForTerminal(/wait\.mjs/);
    expect(shown).toContain(TITLE);
    expect(shown).toContain('Reading src/note.mjs and its tests to see how a note is validated.');
    expect(shown).toContain('Write src/note.mjs');
    await picture('terminal');
    await hidePanel(wb);
  });

  step('what the agent does is told in the dashboard too', async ({ wb, picture }) => {
    const activity = await dashboardIn(wb).tab('Activity');
    await activity.getByText('Reading src/note.mjs and its tests').waitFor();
    await picture('activity');
  });

  step('a green result is ready, with its changes', async ({ wb, picture }) => {
    await holds.open('tags');
    const dashboard = dashboardIn(wb);
    await dashboard.state('tags', 'ready');
    await dashboard.tab('Diff');
    await (await dashboard.inspector()).getByText('normaliseTags').first().waitFor();
    await picture('ready');
  });

  step('all its changes open in the editor’s own multi-diff', async ({ wb, picture }) => {
    const inspector = await dashboardIn(wb).inspector();
    await inspector.getByRole('button', { name: 'Review Changes' }).click();
    await wb.page.locator('.tab', { hasText: `${TITLE}: changes against main (2 files)` }).waitFor();
    await wb.page.locator('.editor.modified .view-line', { hasText: 'const TAG_LIMIT' }).first().waitFor();
    await picture('review');
  });

  step('a comment is written on a line', async ({ wb, picture }) => {
    const box = await typeComment(wb, 'const TAG_LIMIT', COMMENT);
    await box.getByRole('button', { name: 'Add Comment' }).click();
    await box.locator('.review-comment', { hasText: COMMENT }).waitFor();
    await picture('comment');
  });

  step('Retry with Comments sends it to the agent, which tries again', async ({ wb, picture }) => {
    // The editor may have opened its list of comments below.
    await hidePanel(wb);
    await wb.page.locator('.editor-actions').getByRole('button', { name: 'Retry with Comments' }).click();
    await wb.page.locator('.tab', { hasText: 'Switchyard' }).click();
    const dashboard = dashboardIn(wb);
    const tags = await dashboard.inspector();
    await tags.locator('.sub', { hasText: 'attempt 2' }).waitFor();
    await dashboard.state('tags', 'ready');
    const overview = await dashboard.tab('Overview');
    await overview.getByText('What it was told').click();
    expect(await overview.locator('.quoted').innerText()).toMatch(new RegExp(`src/note\\.mjs:4: ${COMMENT}`));
    await overview.locator('.quoted').scrollIntoViewIfNeeded();
    await picture('retried');
    await dashboard.tab('Activity');
    await tags.getByText(REVIEWED.says).waitFor();
  });

  step('one click lands a task, from the dashboard and from the list', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    await (await dashboard.select('tags')).getByRole('button', { name: 'Approve & Merge' }).click();
    await dashboard.state('tags', 'landed');
    await dashboard.state('tokenizer', 'ready');
    // The list moves under the mouse while a dependent task comes up; wait until it stands still.
    await dashboard.state('tag-store', 'ready', 90_000);
    const row = wb.page.getByRole('treeitem', { name: /^Text tokenizer,/ });
    // Rows move while tasks change groups; a person's hand follows.
    await vi.waitFor(async () => {
      await row.hover();
      await row.getByRole('button', { name: 'Approve & Merge' }).click({ timeout: 2_000 });
    }, 30_000);
    await dashboard.state('tokenizer', 'landed');
    await picture('landed');
  });

  step('a red gate sends the agent back by itself', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    await dashboard.state('search-index', 'ready', 90_000);
    await dashboard.select('search-index');
    const gate = await dashboard.tab('Gate');
    await gate.getByRole('region', { name: 'Gate of attempt 1' }).getByText('· failed').click();
    await gate.getByRole('region', { name: 'Gate of attempt 2' }).getByText('· passed').waitFor();
    await gate.getByRole('region', { name: 'Output of node --test test/searchIndex.test.mjs' }).locator('.output-line').first().waitFor();
    await picture('gate');
  });

  step('the rest lands as it becomes ready', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    for (const task of ['search-index', 'tag-store', 'search-api', 'docs', 'tag-api']) {
      await dashboard.state(task, 'ready', 90_000);
      await (await dashboard.select(task)).getByRole('button', { name: 'Approve & Merge' }).click();
      await dashboard.state(task, 'landed', 90_000);
    }
    const done = (await dashboard.frame()).locator('.banner.done');
    await done.waitFor();
    expect(await done.innerText()).toContain('All 7 tasks landed on main');
    await picture('done');
    expect(await complaints(wb)).toEqual([]);
  });

  step('the bill shows what was measured, as the headless command tells it', async ({ wb, root, editor, picture }) => {
    const frame = await dashboardIn(wb).frame();
    await frame.locator('.banner.done').getByRole('button', { name: 'Open the Bill' }).click();
    const titles = new Map((await recordedPlan()).tasks.map((task) => [task.id, task.id === 'tags' ? TITLE : task.title]));
    const bill = await billOf(root, join(editor.userDir, 'home'));
    expect(bill.usd).toBeGreaterThan(0);
    expect(await shownLines(frame)).toEqual(expectedLines(bill, (task) => titles.get(task) ?? task));
    for (const [head, edges] of await figureEdges(frame)) expect(edges.size, `${head} ends at ${[...edges].join(', ')}`).toBe(1);
    await picture('bill');
  });

  step('main holds everything, and nothing is left over', async ({ root }) => {
    expect(await leftovers(root)).toEqual([]);
    expect(await gitIn(root, 'show', 'main:src/note.mjs')).toContain(REVIEWED.line);
    expect((await gitIn(root, 'log', '--first-parent', '--format=%s', 'main')).split('\n')).toHaveLength(8);
    for (const file of ['src/routes/tags.mjs', 'src/routes/search.mjs', 'docs/search.md']) expect(await gitIn(root, 'cat-file', '-t', `main:${file}`)).toBe('blob');
  });
});
