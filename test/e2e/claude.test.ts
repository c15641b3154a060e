/**
 * The main job with the real Claude Code as planner and executor, against a model server on loopback. The editor, and
 * so the CLI, gets an environment of its own: no account, no configuration and no key of this machine.
 */
import { join } from 'node:path';
import { afterAll, expect, vi } from 'vitest';
import { agentCli } from '../support/agentClis.js';
import { startModelServer, type ModelServer } from '../support/modelServer/index.js';
import { billOf, expectedLines, shownLines } from './support/bill.js';
import { typeComment } from './support/comment.js';
import { usedBefore } from './support/claudeHome.js';
import { dashboardIn } from './support/dashboard.js';
import { gitIn, leftovers } from './support/git.js';
import { journey } from './support/journey.js';
import { keysOf } from './support/keys.js';
import { complaints, hidePanel } from './support/quiet.js';
import { makeSlugProject, SLUG_COMMENT, SLUG_GOAL, slugBrain, TAKEN_OVER } from './support/slugStory.js';

const KEY = 'sk-ant-dummy-000';
let goOn: () => void = () => undefined;
let server: ModelServer | undefined;
afterAll(() => server?.close());

const requests = (): ModelServer['requests'] => server?.requests ?? [];

journey('claude', {
  make: makeSlugProject,
  editor: async () => {
    server = await startModelServer(slugBrain(new Promise((resolve) => { goOn = resolve; })));
    return {
      settings: { 'switchyard.executables.claude': await agentCli('claude') },
      env: { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: KEY, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', CLAUDE_CODE_MAX_RETRIES: '1' },
    };
  },
}, ({ step }) => {
  step('the CLI is found, with who pays', async ({ wb, picture }) => {
    await wb.openContainer('Switchyard');
    await wb.page.getByRole('treeitem', { name: /^Claude Code, 2\.1\.\d+ · API key/ }).waitFor();
    await picture('agents');
  });

  step('it plans', async ({ wb, picture }) => {
    await wb.runCommand('Switchyard: Decompose Task');
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await wb.page.keyboard.type(SLUG_GOAL);
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    const dashboard = dashboardIn(wb);
    await dashboard.state('page', 'proposed', 90_000);
    const frame = await dashboard.frame();
    await frame.getByText('Two tasks: the address itself, then the page that uses it.').waitFor();
    expect(await frame.locator('.run-head .sub').innerText()).toContain('Proposed by claude · claude-sonnet-4-5');
    await picture('proposed');
  });

  step('it works in a terminal', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    await (await dashboard.frame()).getByRole('button', { name: 'Approve and Start' }).click();
    await dashboard.state('slug', 'working');
    await (await dashboard.select('slug')).getByRole('button', { name: 'Show Terminal' }).click();
    expect(await wb.waitForTerminal(/src\/slug\.mjs/, 60_000)).toContain('I write the address first.');
    await picture('terminal');
    goOn();
    await hidePanel(wb);
  });

  step('a red gate resumes its session, and it repairs its work', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    await dashboard.state('slug', 'ready', 120_000);
    const gate = await dashboard.tab('Gate');
    await gate.getByRole('region', { name: 'Gate of attempt 1' }).getByText('· failed').waitFor();
    await gate.getByRole('region', { name: 'Gate of attempt 2' }).getByText('· passed').waitFor();
    await picture('repaired');
    // The same conversation: its first words are still in the request that follows the gate.
    const second = requests().find((request) => request.round === 1);
    expect(second?.prompt).toContain('Task: Address from a title');
    expect(second?.prompt).toMatch(/npm test/);
  });

  step('a review comment reaches the same session', async ({ wb, picture }) => {
    const { page } = wb;
    const dashboard = dashboardIn(wb);
    await (await dashboard.inspector()).getByRole('button', { name: 'Review Changes' }).click();
    const box = await typeComment(wb, 'toLowerCase', SLUG_COMMENT);
    await picture('comment');
    // What was typed and not added yet goes along.
    // A box that is still being laid out may move away under the pointer; a person clicks again.
    await vi.waitFor(async () => {
      await box.getByRole('button', { name: 'Retry with Comments' }).click({ timeout: 2_000 });
      await box.waitFor({ state: 'hidden', timeout: 5_000 });
    }, 60_000);
    await page.locator('.tab', { hasText: 'Switchyard' }).click();
    await (await dashboard.inspector()).locator('.sub', { hasText: 'attempt 3' }).waitFor();
    await dashboard.state('slug', 'ready', 120_000);
    const third = requests().find((request) => request.round === 2);
    expect(third?.prompt).toContain(`src/slug.mjs:3: ${SLUG_COMMENT}`);
    await dashboard.tab('Diff');
    await (await dashboard.inspector()).getByText('.slice(0, 40)').first().waitFor();
    await picture('reviewed');
  });

  step('Take Over opens the CLI itself on that session, and what is done there is checked', async ({ wb, root, editor, picture }) => {
    const { page } = wb;
    await usedBefore(join(editor.userDir, 'home'), root, KEY);
    await hidePanel(wb);
    await wb.runCommand('Switchyard: Take Over');
    await keysOf(wb).pick('Address from a title');
    // The conversation so far is the session's own.
    await wb.waitForTerminal(/Addresses end after 40 characters/, 60_000);
    await picture('taken-over');
    await page.locator('.terminal-wrapper.active .xterm-screen').click();
    await page.keyboard.type(TAKEN_OVER.words);
    await wb.waitForTerminal(TAKEN_OVER.words);
    await page.keyboard.press('Enter');
    await wb.waitForTerminal(/Do you want to make this edit/, 60_000);
    await picture('taken-over-asks');
    await page.keyboard.press('Enter');
    await wb.waitForTerminal(TAKEN_OVER.answer, 60_000);
    await picture('taken-over-done');
    expect(requests().find((request) => request.prompt.includes(TAKEN_OVER.words))?.prompt).toContain('Task: Address from a title');
    await page.keyboard.type('/exit');
    await wb.waitForTerminal(/\/exit/);
    await page.keyboard.press('Enter');
    await page.locator('.terminal-tabs-entry, .single-terminal-tab', { hasText: '(you)' }).waitFor({ state: 'detached', timeout: 60_000 });
    await hidePanel(wb);
    const dashboard = dashboardIn(wb);
    await dashboard.state('slug', 'needs-you');
    await (await dashboard.select('slug')).getByRole('button', { name: 'Check Again' }).click();
    await dashboard.state('slug', 'ready', 120_000);
    await dashboard.tab('Diff');
    await (await dashboard.inspector()).getByText(TAKEN_OVER.line).first().waitFor();
    await picture('taken-over-checked');
    expect(await complaints(wb)).toEqual([]);
  });

  step('both tasks land', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    for (const task of ['slug', 'page']) {
      await dashboard.state(task, 'ready', 120_000);
      await (await dashboard.select(task)).getByRole('button', { name: 'Approve & Merge' }).click();
      await dashboard.state(task, 'landed', 60_000);
    }
    await (await dashboard.frame()).locator('.banner.done').waitFor();
    await picture('done');
    expect(await complaints(wb)).toEqual([]);
  });

  step('the bill shows the tokens that the CLI reported', async ({ wb, root, editor, picture }) => {
    const frame = await dashboardIn(wb).frame();
    await frame.locator('.banner.done').getByRole('button', { name: 'Open the Bill' }).click();
    const bill = await billOf(root, join(editor.userDir, 'home'));
    const titles: Readonly<Record<string, string>> = { slug: 'Address from a title', page: 'Pages carry their address', planner: 'Planning' };
    expect(bill.tasks.map(({ task, attempts }) => [task, attempts.length])).toEqual([['planner', 1], ['slug', 3], ['page', 1]]);
    for (const { attempts } of bill.tasks) for (const one of attempts) expect(one.inputTokens * one.outputTokens * one.usd, `attempt ${one.attempt}`).toBeGreaterThan(0);
    expect(await shownLines(frame)).toEqual(expectedLines(bill, (task) => titles[task] ?? task));
    await picture('bill');
  });

  step('main holds the reviewed work, and nothing is left over', async ({ root }) => {
    expect(await gitIn(root, 'show', 'main:src/slug.mjs')).toContain('.slice(0, 40)');
    expect(await gitIn(root, 'show', 'main:src/slug.mjs')).toContain(TAKEN_OVER.line);
    expect(await gitIn(root, 'show', 'main:src/page.mjs')).toContain('slug: slug(title)');
    expect(await leftovers(root)).toEqual([]);
  });
});
