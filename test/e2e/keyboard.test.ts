/** The whole job without a mouse: palette, lists, the tree and the graph by arrow keys. */
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { DEMO_GOAL, recordedPlan } from '../demo/recordedPlan.js';
import { billOf, expectedLines, shownLines } from './support/bill.js';
import { dashboardIn } from './support/dashboard.js';
import { makeHeldDemo, REVIEWED, type Holds } from './support/demo.js';
import { gitIn, leftovers } from './support/git.js';
import { journey } from './support/journey.js';
import { keysOf } from './support/keys.js';
import { complaints } from './support/quiet.js';

const TITLE = 'Tags on every note';
const COMMENT = 'Say where these limits come from.';
let holds: Holds;

const make = async (root: string, folder: string): Promise<void> => {
  holds = await makeHeldDemo(root, join(folder, 'holds'));
};

journey('keyboard', { make }, ({ step }) => {
  step('a goal is typed and handed to the planner', async ({ wb, picture }) => {
    const keys = keysOf(wb);
    await keys.command('Switchyard: Decompose Task');
    await wb.page.locator('.tab.active', { hasText: 'Goal.md' }).waitFor();
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await keys.type(DEMO_GOAL);
    await picture('goal');
    await keys.press('Ctrl+Enter');
    await dashboardIn(wb).state('docs', 'proposed');
  });

  step('arrow keys walk the graph, Enter opens a task', async ({ wb, picture }) => {
    const keys = keysOf(wb);
    const frame = await dashboardIn(wb).frame();
    await keys.settled(frame);
    await keys.until('[data-task="tags"]', frame);
    // Which way the graph runs depends on the room it has.
    const walked = new Set<string | null>();
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp']) {
      await keys.press(key);
      walked.add(await frame.evaluate(() => document.activeElement?.getAttribute('data-task') ?? null));
    }
    expect([...walked].sort()).toEqual(['search-index', 'tag-store', 'tags', 'tokenizer']);
    await keys.press('Enter');
    await frame.locator('.inspector h2:focus', { hasText: 'Tags on a note' }).waitFor();
    await picture('opened');
  });

  step('a task’s title and tier are changed before anything starts', async ({ wb, picture }) => {
    const keys = keysOf(wb);
    const frame = await dashboardIn(wb).frame();
    await keys.until('[aria-label="Edit This Task"]', frame);
    await keys.press('Enter');
    const field = frame.locator('.plan-form vscode-text-field:focus');
    await field.waitFor();
    await keys.fill(field, TITLE);
    await keys.press('Ctrl+Enter');
    await frame.locator('.inspector h2', { hasText: TITLE }).waitFor();
    await frame.locator('.inspector h2:focus').waitFor();
    await keys.until('.inspector select', frame);
    await keys.press('ArrowDown');
    await frame.locator('.inspector option', { hasText: /^deep → scripted · claude-opus-4-5$/ }).waitFor({ state: 'attached' });
    await picture('edited');
  });

  step('approving starts the agents, each in a terminal', async ({ wb, picture }) => {
    const keys = keysOf(wb);
    await keys.command('Switchyard: Approve Plan');
    await dashboardIn(wb).state('tags', 'working');
    await keys.commandAndPick('Switchyard: Show Terminal', TITLE, () => wb.page.locator('.terminal-wrapper.active').waitFor({ timeout: 10_000 }));
    expect(await wb.waitForTerminal(/wait\.mjs/)).toContain('Reading src/note.mjs and its tests');
    await picture('terminal');
    await holds.open('tags');
    await dashboardIn(wb).state('tags', 'ready');
    // The terminal stays when its agent is done, and a terminal takes the Tab key for itself.
    await keys.command('View: Hide Panel');
  });

  step('the list of tasks works by keyboard, with a menu of actions', async ({ wb, picture }) => {
    const keys = keysOf(wb);
    await keys.command('Switchyard: Focus on Tasks View');
    const tree = wb.page.locator('[role=tree][aria-label=Tasks]');
    await tree.and(wb.page.locator(':focus')).waitFor();
    await tree.getByRole('treeitem', { name: /^Tags on every note, ready, / }).waitFor();
    await keys.press('Home', 'ArrowDown');
    expect(await tree.locator('.monaco-list-row.focused').getAttribute('aria-label')).toMatch(/^Tags on every note, ready, /);
    await keys.press('Shift+F10');
    const menu = wb.page.locator('.monaco-menu .action-label');
    await menu.first().waitFor();
    expect((await menu.allInnerTexts()).filter((text) => text !== '').slice(0, 3)).toEqual(['Approve & Merge', 'Review Changes', 'Show Terminal']);
    await picture('tree');
    await keys.press('Escape');
  });

  step('the graph’s own menu opens the changes, and a line gets a comment', async ({ wb, picture }) => {
    const keys = keysOf(wb);
    const { page } = wb;
    await keys.command('Switchyard: Open Dashboard');
    const frame = await dashboardIn(wb).frame();
    await keys.settled(frame);
    await keys.until('[data-task="tags"]', frame);
    await keys.press('.');
    await frame.locator('[role=menuitem]:focus').waitFor();
    await picture('menu');
    await keys.choose('Review Changes', frame);
    await page.locator('.tab.active', { hasText: `${TITLE}: changes against main (2 files)` }).waitFor();
    await page.locator('.editor.modified .view-line', { hasText: 'const TAG_LIMIT' }).first().waitFor();
    // The editor cannot add a comment by keyboard inside its multi-diff; one file of it can be opened by keyboard.
    await keys.until('[aria-label="Open File"]', page, 'Shift+Tab');
    await keys.press('Enter');
    await page.locator('.tab.active', { hasText: 'note.mjs' }).waitFor();
    await page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await keys.press('Ctrl+Home', 'ArrowDown', 'ArrowDown', 'ArrowDown');
    // The editor asks for the lines that may be commented on after it has shown the file.
    await page.locator('.comment-range-glyph').first().waitFor();
    // It may ask once more when the focus comes to the file, and takes an unfinished comment away: then it is written again.
    await vi.waitFor(async () => {
      await keys.command('Comments: Add Comment on Current Selection');
      await page.locator('.review-widget .monaco-editor.focused').waitFor({ timeout: 5_000 });
      await keys.press('Ctrl+a');
      await keys.type(COMMENT);
      await keys.press('Ctrl+Enter');
      await page.locator('.review-widget .review-comment', { hasText: COMMENT }).waitFor({ timeout: 5_000 });
    }, 60_000);
    await picture('comment');
  });

  step('Retry with Comments sends it to the agent, which tries again', async ({ wb, picture }) => {
    const keys = keysOf(wb);
    await keys.command('Switchyard: Retry with Comments');
    await keys.command('Switchyard: Open Dashboard');
    const dashboard = dashboardIn(wb);
    const frame = await dashboard.frame();
    await keys.settled(frame);
    await keys.until('[data-task="tags"]', frame);
    await keys.press('Enter');
    await frame.locator('.inspector .sub', { hasText: 'attempt 2' }).waitFor();
    await dashboard.state('tags', 'ready');
    await keys.until('.attempt summary', frame);
    await keys.press('Enter');
    expect(await frame.locator('.attempt .quoted').innerText()).toMatch(new RegExp(`src/note\\.mjs:4: ${COMMENT}`));
    await picture('retried');
  });

  step('every task is landed from the palette', async ({ wb, picture }) => {
    const keys = keysOf(wb);
    const dashboard = dashboardIn(wb);
    const titles = new Map((await recordedPlan()).tasks.map((task) => [task.id, task.id === 'tags' ? TITLE : task.title]));
    for (const task of ['tags', 'tokenizer', 'search-index', 'tag-store', 'search-api', 'docs', 'tag-api']) {
      await dashboard.state(task, 'ready', 90_000);
      await keys.commandAndPick('Switchyard: Approve & Merge', titles.get(task) ?? task, () => dashboard.state(task, 'landed', 30_000));
    }
    await (await dashboard.frame()).locator('.banner.done').waitFor();
    await picture('done');
    expect(await complaints(wb)).toEqual([]);
  });

  step('the bill shows what was measured, as the headless command tells it', async ({ wb, root, editor, picture }) => {
    const keys = keysOf(wb);
    await keys.command('Switchyard: Open Dashboard');
    const frame = await dashboardIn(wb).frame();
    await keys.settled(frame);
    await keys.until('#run-tab-graph', frame);
    await keys.press('ArrowRight');
    await frame.locator('.bill').waitFor();
    const titles = new Map((await recordedPlan()).tasks.map((task) => [task.id, task.id === 'tags' ? TITLE : task.title]));
    expect(await shownLines(frame)).toEqual(expectedLines(await billOf(root, join(editor.userDir, 'home')), (task) => titles.get(task) ?? task));
    await picture('bill');
  });

  step('main holds everything, and nothing is left over', async ({ root }) => {
    expect(await leftovers(root)).toEqual([]);
    expect(await gitIn(root, 'show', 'main:src/note.mjs')).toContain(REVIEWED.line);
    for (const file of ['src/routes/tags.mjs', 'src/routes/search.mjs', 'docs/search.md']) expect(await gitIn(root, 'cat-file', '-t', `main:${file}`)).toBe('blob');
  });
});
