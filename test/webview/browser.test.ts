/** The built page in a real browser, under the editor's content security policy. */
import AxeBuilder from '@axe-core/playwright';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { FIXTURES, type FixtureName } from '../support/webviewHarness/fixtures.js';
import type {} from '../support/webviewHarness/page.js';
import { startWebviewServer, type WebviewServer } from '../support/webviewHarness/server.js';
import { openPage, type Shot } from '../support/webviewHarness/openPage.js';
import { THEMES } from '../support/webviewHarness/themes.js';

const OUTPUT = join(fileURLToPath(new URL('../..', import.meta.url)), 'test-output', 'webview');
let server: WebviewServer;
let browser: Browser;
const errors: string[] = [];

beforeAll(async () => {
  await mkdir(OUTPUT, { recursive: true });
  [server, browser] = await Promise.all([startWebviewServer(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  // Nobody may have complained: no exception, no React warning, no refused style.
  expect(errors.splice(0)).toEqual([]);
});

const open = (fixture: FixtureName, more: Omit<Shot, 'fixture'> = {}): Promise<Page> => openPage(browser, server.url, { fixture, ...more }, errors);
const node = (page: Page, id: string) => page.locator(`[data-task="${id}"]`);
const wishes = (page: Page) => page.evaluate(() => window.harness.wishes);
const actions = (page: Page) => page.evaluate(() => window.harness.actions);
const refuse = (page: Page, reason: string) =>
  page.evaluate((text) => {
    window.harness.refusal = text;
  }, reason);
const tab = (page: Page, name: string) => page.getByRole('tab', { name });

describe('the bundle', () => {
  it('is under 800 KB', async () => {
    const { size } = await stat(join(server.folder, 'main.js'));
    expect(size).toBeLessThan(800_000);
  });
});

const diffOpen = async (page: Page): Promise<void> => {
  await node(page, 'activity-endpoint').click();
  await tab(page, 'Diff').click();
  await page.locator('.diff-line.insert').first().waitFor();
};
const tabOpen = (name: string) => async (page: Page): Promise<void> => {
  await tab(page, name).first().click();
};
const editing = async (page: Page): Promise<void> => {
  await node(page, 'activity-endpoint').click();
  await page.getByRole('button', { name: 'Edit This Task' }).click();
};
const menuOpen = async (page: Page): Promise<void> => {
  await node(page, 'activity-endpoint').focus();
  await page.keyboard.press('.');
};
const receiptOpen = async (page: Page): Promise<void> => {
  await node(page, 'activity-endpoint').click();
  await tab(page, 'Gate').click();
};
const activityOpen = async (page: Page): Promise<void> => {
  await tab(page, 'Activity').click();
  await page.locator('.activity-row').first().waitFor();
};

interface State {
  readonly name: string;
  readonly fixture: FixtureName;
  readonly act?: (page: Page) => Promise<void>;
}
const selecting = (task: string, then?: string) => async (page: Page): Promise<void> => {
  await node(page, task).click();
  if (then !== undefined) await tab(page, then).click();
};
const STATES: readonly State[] = [
  { name: 'overview', fixture: 'nine' },
  { name: 'diff', fixture: 'nine', act: diffOpen },
  { name: 'gate', fixture: 'nine', act: tabOpen('Gate') },
  { name: 'receipt', fixture: 'nine', act: receiptOpen },
  { name: 'activity', fixture: 'nine', act: activityOpen },
  { name: 'plan', fixture: 'plan' },
  { name: 'plan-editing', fixture: 'plan', act: editing },
  { name: 'revision', fixture: 'revision' },
  { name: 'boundary', fixture: 'boundary' },
  { name: 'bill', fixture: 'unknown', act: tabOpen('Bill') },
  { name: 'no-plan', fixture: 'no-plan' },
  { name: 'planning', fixture: 'planning' },
  { name: 'planning-failed', fixture: 'planning-failed' },
  { name: 'menu', fixture: 'nine', act: menuOpen },
  { name: 'forecast', fixture: 'forecast', act: selecting('activity-endpoint') },
  { name: 'conflict', fixture: 'conflict' },
  { name: 'unproven', fixture: 'unproven', act: tabOpen('Gate') },
  { name: 'leaking', fixture: 'leaking', act: selecting('activity-endpoint') },
  { name: 'landing-blocked', fixture: 'landing-blocked' },
  { name: 'behind', fixture: 'behind' },
  { name: 'undoing', fixture: 'undoing', act: selecting('activity-table') },
  { name: 'pull-requests', fixture: 'pull-requests', act: selecting('activity-endpoint') },
  { name: 'troubled', fixture: 'troubled', act: selecting('activity-hook') },
  { name: 'not-started', fixture: 'not-started' },
  { name: 'refused', fixture: 'refused' },
];

/** Shows a state in an open page as if it were new: nothing selected, first tabs. */
async function show(page: Page, state: State): Promise<void> {
  await page.keyboard.press('Escape');
  await page.evaluate(() => window.harness.show('loading'));
  await page.locator('main[aria-busy]').waitFor({ state: 'attached' });
  await page.evaluate((fixture) => window.harness.show(fixture), state.fixture);
  await page.locator('main:not([aria-busy])').waitFor();
  for (const first of ['Graph', 'Overview']) {
    const one = tab(page, first);
    if ((await one.count()) > 0 && (await one.getAttribute('aria-selected')) === 'false') await one.click();
  }
  await state.act?.(page);
}

/** The rules of axe whose answer depends on the theme: all others are asked in one. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

async function seriousViolations(page: Page, theme = THEMES[0]): Promise<readonly string[]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
  const result = await (theme === THEMES[0] ? axe : axe.withRules(OF_COLOURS)).analyze();
  return result.violations
    .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
    .map((violation) => `${violation.id}: ${violation.nodes.map((one) => `${one.target.join(' ')} ${one.any[0]?.message ?? ''}`).join(' | ')}`);
}

const picture = (page: Page, name: string): Promise<Buffer> => page.screenshot({ path: join(OUTPUT, `${name}.png`), animations: 'disabled' });
const cspViolations = (page: Page): Promise<string[]> => page.evaluate(() => window.harness.violations);

describe.each(THEMES)('in %s', (theme) => {
  it('every main state is accessible and breaks no policy', async () => {
    const page = await open('nine', { theme });
    for (const state of STATES) {
      await show(page, state);
      expect.soft(await seriousViolations(page, theme), state.name).toEqual([]);
      await picture(page, `${state.name}-${theme}`);
    }
    expect(await cspViolations(page)).toEqual([]);
  }, 300_000);

  it('so is the sidebar', async () => {
    const page = await open('nine', { theme, face: 'sidebar', width: 330, height: 600 });
    for (const fixture of ['nine', 'plan', 'planning', 'no-plan'] as const) {
      await show(page, { name: fixture, fixture });
      expect.soft(await seriousViolations(page, theme), fixture).toEqual([]);
      await picture(page, `sidebar-${fixture}-${theme}`);
    }
    expect(await cspViolations(page)).toEqual([]);
  }, 120_000);
});

describe('every state', () => {
  it.each(['dashboard', 'sidebar'] as const)('is drawn on the %s, one after the other in one page', async (face) => {
    const page = await open('nine', { face, ...(face === 'sidebar' ? { width: 330, height: 600 } : {}) });
    for (const fixture of Object.keys(FIXTURES) as FixtureName[]) {
      if (fixture === 'loading') continue;
      await show(page, { name: fixture, fixture });
      expect(((await page.locator('main').textContent()) ?? '').length, fixture).toBeGreaterThan(20);
      await picture(page, `state-${fixture}-${face}`);
    }
    expect(await cspViolations(page)).toEqual([]);
  }, 120_000);

  it.each([320, 480, 900, 1400])('fits into %i pixels', async (width) => {
    const page = await open('nine', { width });
    for (const state of STATES.filter((one) => one.act === undefined)) {
      await show(page, state);
      const out = await page.evaluate(() =>
        [...document.querySelectorAll('.run-head *, .run-nav *, .banner *, .inspector-head *, .stage-card *')]
          .filter((element) => {
            const box = element.getBoundingClientRect();
            return box.width > 0 && (box.right > window.innerWidth + 0.5 || box.left < -0.5);
          })
          .map((element) => `${element.tagName} ${element.className} ${element.textContent}`),
      );
      expect.soft(out, state.name).toEqual([]);
      await picture(page, `${state.name}-${width}`);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }, 120_000);

  it('follows a change of the theme', async () => {
    const page = await open('nine');
    const color = () => page.evaluate(() => getComputedStyle(document.querySelector('.inspector')!).backgroundColor);
    expect(await color()).toBe('rgb(24, 24, 24)');
    await page.evaluate(() => window.harness.setTheme('light'));
    expect(await color()).toBe('rgb(248, 248, 248)');
  });
});

describe('by keyboard', () => {
  it('walks the graph by arrows, opens with Enter, shows actions with a full stop', async () => {
    const page = await open('nine');
    await node(page, 'event-types').focus();
    await page.keyboard.press('ArrowRight');
    const first = await page.evaluate(() => document.activeElement?.getAttribute('data-task'));
    expect(['activity-endpoint', 'pagination-helper', 'timeline-component']).toContain(first);
    await page.keyboard.press('ArrowRight');
    expect(['e2e-tests', 'feed-page']).toContain(await page.evaluate(() => document.activeElement?.getAttribute('data-task')));
    await page.keyboard.press('ArrowLeft');
    await node(page, 'activity-endpoint').focus();
    await page.keyboard.press('Enter');
    await page.locator('h2:focus', { hasText: 'Activity endpoint' }).waitFor();
    await node(page, 'activity-endpoint').focus();
    await page.keyboard.press('.');
    expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Open', 'Approve & Merge', 'Retry…', 'Re-plan…', 'Take Over', 'Review Changes', 'Try It', 'Drop…']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await wishes(page)).toEqual([{ type: 'approve', run: 'r1', task: 'activity-endpoint' }]);
  });

  it('has one tab stop in the graph, and Escape gives the focus back', async () => {
    const page = await open('nine');
    expect(await page.locator('[data-task][tabindex="0"]').count()).toBe(1);
    await node(page, 'feed-page').focus();
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-task'))).toBe('feed-page');
    expect(await page.getByRole('menu').count()).toBe(0);
  });

  it('moves through tabs by arrows', async () => {
    const page = await open('nine');
    await tab(page, 'Overview').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Diff');
    expect(await tab(page, 'Diff').getAttribute('aria-selected')).toBe('true');
  });

  it('walks the sidebar and opens the dashboard on a task', async () => {
    const page = await open('nine', { face: 'sidebar', width: 330 });
    await node(page, 'event-types').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await actions(page)).toEqual([{ type: 'open-dashboard', task: 'activity-endpoint' }]);
  });
});

describe('the plan gate', () => {
  it('approves exactly the revision that is shown', async () => {
    const page = await open('plan');
    await page.getByText('Approve and Start').click();
    expect(await wishes(page)).toEqual([{ type: 'approve-plan', run: 'r1', revision: 1 }]);
  });

  it('sends edits with only what changed, and waits with the approval until they are saved', async () => {
    const page = await open('plan', { act: editing });
    await page.getByRole('textbox', { name: 'Title' }).fill('Activity endpoint, paged');
    await page.getByRole('textbox', { name: /^May change/ }).fill('src/api/**\ndocs/api/**');
    await page.getByRole('checkbox', { name: 'Activity table, migration' }).click();
    await page.getByText('Approve and Start').click({ force: true });
    expect(await wishes(page)).toEqual([]);
    await page.getByText('Save Changes').click();
    expect(await wishes(page)).toEqual([
      {
        type: 'edit-plan',
        run: 'r1',
        revision: 1,
        edit: {
          kind: 'task',
          task: 'activity-endpoint',
          title: 'Activity endpoint, paged',
          dependsOn: ['event-types', 'activity-table'],
          contract: { owns: ['src/api/**', 'docs/api/**'] },
        },
      },
    ]);
    await page.getByText('Approve and Start').click();
    expect((await wishes(page)).at(-1)?.type).toBe('approve-plan');
  });

  it('shows why an edit was refused and keeps what was typed', async () => {
    const page = await open('plan', { act: editing });
    await refuse(page, 'src/api/** and src/api/** of Pagination helper overlap.');
    const title = page.getByRole('textbox', { name: 'Title' });
    await title.fill('Other');
    await title.press('Control+Enter');
    await page.getByRole('alert').getByText('Pagination helper overlap').waitFor();
    expect(await title.inputValue()).toBe('Other');
  });

  it('keeps unsent edits while another task is looked at, and through a rebuild of the page', async () => {
    const page = await open('plan', { act: editing });
    await page.getByRole('textbox', { name: 'Title' }).fill('Kept');
    await node(page, 'feed-page').click();
    await page.getByRole('heading', { name: 'Feed page' }).waitFor();
    await node(page, 'activity-endpoint').click();
    expect(await page.getByRole('textbox', { name: 'Title' }).inputValue()).toBe('Kept');
    expect(await page.evaluate(() => JSON.stringify(window.harness.state))).toContain('"title":"Kept"');
  });

  it('changes the tier at once', async () => {
    const page = await open('plan');
    await page.getByRole('combobox', { name: 'Tier' }).selectOption('fast');
    expect(await wishes(page)).toEqual([{ type: 'edit-plan', run: 'r1', revision: 1, edit: { kind: 'task', task: 'event-types', tier: 'fast' } }]);
  });

  it('asks before it removes a task or discards the plan', async () => {
    const page = await open('plan');
    await page.getByText('Remove Task…').click();
    await page.getByRole('dialog').getByText('Cancel').click();
    expect(await wishes(page)).toEqual([]);
    await page.getByText('Remove Task…').click();
    await page.getByRole('dialog').getByText('Remove Task', { exact: true }).click();
    await page.getByText('Discard Plan…').click();
    await page.getByRole('dialog').getByText('Discard Plan', { exact: true }).click();
    expect(await wishes(page)).toEqual([
      { type: 'edit-plan', run: 'r1', revision: 1, edit: { kind: 'remove', task: 'event-types' } },
      { type: 'discard-plan', run: 'r1' },
    ]);
  });

  it('takes several lines of words about changes', async () => {
    const page = await open('plan');
    await page.getByText('Ask for Changes…').click();
    const box = page.getByRole('form', { name: 'Ask for Changes' }).getByRole('textbox');
    await page.keyboard.type('Split the API task.');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Leave the docs to a fast agent.');
    expect(await box.inputValue()).toBe('Split the API task.\nLeave the docs to a fast agent.');
    await page.keyboard.press('Escape');
    await box.waitFor({ state: 'detached' });
    expect(await actions(page)).toEqual([]);
    await page.getByText('Ask for Changes…').click();
    expect(await box.inputValue()).toContain('Split the API task.');
    await page.keyboard.press('Control+Enter');
    await box.waitFor({ state: 'detached' });
    expect(await actions(page)).toEqual([{ type: 'ask-changes', text: 'Split the API task.\nLeave the docs to a fast agent.' }]);
  });

  it('says what is unsafe before the start, and what a revision changes', async () => {
    const plan = await open('plan');
    await plan.getByText('both own src/ui/** and were put in order.').waitFor();
    await plan.getByText('You have uncommitted changes in 3 files.').waitFor();
    const revision = await open('revision');
    expect(await revision.locator('.run-nav .difference').allTextContents()).toEqual([' 2 added', ' 1 changed', ' 1 removed']);
    expect(await node(revision, 'e2e-tests').getAttribute('aria-label')).toContain('removed');
  });
});

describe('a running plan', () => {
  it('lands a ready task with one click and shows a refusal', async () => {
    const page = await open('nine');
    await node(page, 'activity-endpoint').click();
    await refuse(page, 'main moved and src/api.ts now conflicts. Your work is safe on its branch. Retry resolves it.');
    await page.getByTestId('act-approve').click();
    await page.getByRole('alert').getByText('main moved').waitFor();
    expect(await wishes(page)).toEqual([{ type: 'approve', run: 'r1', task: 'activity-endpoint' }]);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('takes words for a retry where the task is; a refusal keeps them', async () => {
    const page = await open('nine');
    await node(page, 'activity-endpoint').click();
    await page.getByTestId('act-retry').click();
    const form = page.locator('.inspector').getByRole('form', { name: 'Retry' });
    await page.keyboard.type('Page by cursor.');
    await refuse(page, 'It is landing.');
    await page.getByTestId('compose-send').click();
    await form.getByRole('alert').getByText('It is landing.').waitFor();
    expect(await form.getByRole('textbox').inputValue()).toBe('Page by cursor.');
    expect(await actions(page)).toEqual([{ type: 'retry-with-feedback', task: 'activity-endpoint', text: 'Page by cursor.' }]);
  });

  it('spins only once nothing is left to ask the person', async () => {
    const page = await open('nine');
    await node(page, 'activity-endpoint').click();
    await page.evaluate(() => {
      window.harness.asking = new Promise((answered) => Object.assign(window, { answered }));
      window.harness.working = new Promise((finished) => Object.assign(window, { finished }));
    });
    const spinner = page.getByTestId('act-approve').locator('.codicon-loading');
    await page.getByTestId('act-approve').click();
    await page.waitForFunction(() => window.harness.wishes.length === 1);
    expect(await spinner.count()).toBe(0);
    await page.evaluate('window.answered()');
    await spinner.waitFor();
    await page.evaluate('window.finished()');
    await spinner.waitFor({ state: 'detached' });
  });

  it('marks in the sidebar what the dashboard shows, and nothing else', async () => {
    const page = await open('nine', { face: 'sidebar', width: 330 });
    const marked = () => page.locator('.cell[aria-pressed=true]').evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).dataset['task']));
    expect(await marked()).toEqual([]);
    await page.evaluate(() => window.harness.shown('feed-page'));
    await page.locator('.cell[data-task=feed-page][aria-pressed=true]').waitFor();
    await page.locator('.cell[data-task=activity-endpoint]').focus();
    await page.keyboard.press('ArrowDown');
    expect(await marked()).toEqual(['feed-page']);
  });

  it('pauses, and goes on', async () => {
    const page = await open('nine');
    await page.getByTestId('run-pause').click();
    const paused = await open('paused');
    await paused.getByTestId('run-go-on').click();
    expect([await wishes(page), await wishes(paused)]).toEqual([[{ type: 'pause', run: 'r1' }], [{ type: 'go-on', run: 'r1' }]]);
  });

  it('does not move when figures change, and says a change of state', async () => {
    const page = await open('nine');
    const places = () => page.locator('.react-flow__node').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON() as unknown));
    const before = await places();
    await page.evaluate(() =>
      window.harness.push((snapshot) => ({
        ...snapshot,
        run: { ...snapshot.run!, tasks: snapshot.run!.tasks.map((task) => (task.id === 'pagination-helper' ? { ...task, state: 'ready', amount: { ...task.amount, usd: 11.11 } } : task)) },
      })),
    );
    await page.getByRole('status').getByText('Pagination helper: Ready').waitFor();
    await node(page, 'pagination-helper').getByText('$11.11').waitFor();
    expect(await places()).toEqual(before);
  });

  it('filters by state', async () => {
    const page = await open('nine');
    await page.getByRole('button', { name: '1 ready' }).click();
    expect(await page.locator('.node:not(.is-dimmed)').count()).toBe(1);
    await page.getByRole('button', { name: '1 ready' }).click();
    expect(await page.locator('.node.is-dimmed').count()).toBe(0);
  });

  it('ticks while something works', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(`${server.url}/?fixture=nine`);
    const elapsed = node(page, 'pagination-helper').locator('.node-foot .keep.num');
    await elapsed.waitFor();
    const seconds = async (): Promise<number> => {
      const [minutes, rest] = (await elapsed.textContent())!.split(':').map(Number);
      return minutes! * 60 + rest!;
    };
    const before = await seconds();
    await page.clock.runFor(5_000);
    expect(await seconds()).toBeGreaterThanOrEqual(before + 4);
  });

  it('selects what the editor asks for', async () => {
    const page = await open('nine');
    await page.evaluate(() => window.harness.select('feed-page'));
    await page.getByRole('heading', { name: 'Feed page' }).waitFor();
    expect(await node(page, 'feed-page').getAttribute('aria-pressed')).toBe('true');
  });
});

describe('the inspector', () => {
  it('shows the diff of the chosen file and opens the native review', async () => {
    const page = await open('nine', { act: diffOpen });
    expect(await page.locator('.file-row').count()).toBe(6);
    await page.locator('.file-row', { hasText: 'icon.png' }).click();
    await page.getByText('A binary file').waitFor();
    await page.getByText('Review Changes').click();
    expect(await actions(page)).toEqual([{ type: 'review', task: 'activity-endpoint' }]);
  });

  it('shows gate output with its colours, and the whole of it on request', async () => {
    const page = await open('nine', { act: tabOpen('Gate') });
    await page.getByText('exit 1').waitFor();
    const color = (selector: string) => page.locator(selector).first().evaluate((one) => getComputedStyle(one).color);
    expect(await color('.output .ansi-red')).not.toBe(await color('.output-line'));
    await page.getByText('Show Whole Output').click();
    await page.getByRole('region', { name: 'Whole output of attempt 3' }).waitFor();
  });

  it('shows the receipt that a task would land by, a flaky command with both outputs, and what it changes of its gate', async () => {
    const page = await open('nine');
    await node(page, 'activity-endpoint').click();
    await tab(page, 'Gate').click();
    const receipt = page.getByRole('region', { name: 'Receipt' });
    await receipt.getByText('node 22.11.0, npm 10.9.0, make (version unknown)').waitFor();
    await receipt.getByText('148 tests · flaky').waitFor();
    await page.getByText('Changes how it is judged: package.json scripts.test').waitFor();
    await page.getByRole('region', { name: 'First output of npm test' }).waitFor();
    await receipt.getByText('Copy Receipt').click();
    await receipt.getByText('Export All…').click();
    expect(await actions(page)).toEqual([{ type: 'copy', text: '{ "id": "r1-activity-endpoint-9c1f03be77d2" }' }, { type: 'export-receipts' }]);
    await tab(page, 'Diff').click();
    await page.getByText('Flaky: red once, passed on a clean re-run').waitFor();
  });

  it('shows activity as plain text, follows it, and asks again after a gap', async () => {
    const page = await open('nine', { act: activityOpen });
    await page.locator('.activity-row', { hasText: 'part59.ts' }).waitFor();
    await page.evaluate(() => window.harness.lines('timeline-component', 3, [{ type: 'message', text: 'Sixty-one', seq: 61, at: Date.now() }]));
    await page.locator('.activity-row', { hasText: 'Sixty-one' }).waitFor();
    await page.evaluate(() => window.harness.lines('timeline-component', 3, [{ type: 'message', text: 'Too early', seq: 70, at: Date.now() }]));
    await page.waitForFunction(() => window.harness.asked.some(([, , after]) => after === 61));
    await page.locator('.lines').evaluate((one) => one.scrollTo(0, 0));
    await page.locator('.activity-row', { hasText: '<script>alert(1)</script> and [a link](https://example.com) stay plain text.' }).waitFor();
    expect(await page.locator('.inspector a, .inspector script').count()).toBe(0);
  });

  it('names what was changed outside the contract, and leads to allowing some of it', async () => {
    const page = await open('boundary');
    await page.getByRole('region', { name: 'Outside its contract' }).getByText('outside what the task owns').waitFor();
    await page.getByTestId('act-allow-paths').click();
    expect(await actions(page)).toEqual([{ type: 'allow-paths', task: 'timeline-component' }]);
  });
});

describe('without a run', () => {
  it('names runs that cannot be opened, and recovers what is damaged', async () => {
    const page = await open('refused');
    await page.getByText('r2 was made by a newer Switchyard').waitFor();
    const recover = page.getByText('Recover Run…', { exact: true });
    expect(await recover.count()).toBe(1);
    await recover.click();
    expect(await actions(page)).toEqual([{ type: 'recover-run', run: 'r3' }]);
    const beside = await open('refused-newer');
    await beside.getByText('r3 cannot be opened, so r1 is shown').waitFor();
    await beside.getByRole('button', { name: 'Dismiss' }).click();
    expect(await beside.getByText('cannot be opened').count()).toBe(0);
  });

  it.each([
    ['no-folder', 'Open Folder…', { type: 'open-folder' }],
    ['no-repository', 'Initialize Repository', { type: 'init-repository' }],
    ['unreadable', 'Look for Repository Again', { type: 'check-again' }],
    ['bare', 'Look for Repository Again', { type: 'check-again' }],
    ['no-commit', 'Open Source Control', { type: 'open-source-control' }],
    ['git-missing', 'Look for Repository Again', { type: 'check-again' }],
    ['git-too-old', 'Look for Repository Again', { type: 'check-again' }],
    ['untrusted', 'Manage Workspace Trust', { type: 'trust' }],
    ['no-agent', 'Refresh Agents', { type: 'refresh-agents' }],
    ['no-plan', 'Decompose Task', { type: 'decompose' }],
  ] as const)('%s teaches the next step', async (fixture, label, action) => {
    const page = await open(fixture);
    await page.getByText(label, { exact: true }).click();
    expect(await actions(page)).toEqual([action]);
  });

  it('a repository that git refuses is told in git’s words, and never replaced by a new one', async () => {
    const page = await open('unreadable');
    await page.getByText('git config --global --add safe.directory /srv/shared/feed').waitFor();
    expect(await page.getByText('Initialize Repository').count()).toBe(0);
    const bare = await open('bare');
    await bare.getByText('git clone /srv/git/feed.git').waitFor();
    expect(await bare.getByText('Initialize Repository').count()).toBe(0);
  });

  it('planning can be cancelled, and a failed one tells why', async () => {
    const page = await open('planning');
    await page.getByText('Reading src/api/router.ts').waitFor();
    await page.getByText('Cancel Planning', { exact: true }).click();
    expect(await actions(page)).toEqual([{ type: 'cancel-planning' }]);
    const failed = await open('planning-failed');
    await failed.getByRole('alert').getByText('Claude Code is not signed in').waitFor();
  });
});
