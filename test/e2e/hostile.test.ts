/** A title and a reason that are links to commands of the editor: in its messages and pages they are words, and nothing runs. */
import { expect } from 'vitest';
import { dashboardIn } from './support/dashboard.js';
import { makeHolds, type Holds } from './support/demo.js';
import { journey } from './support/journey.js';
import { json, makeProject } from './support/project.js';

const LINK = '[Approve](command:workbench.action.toggleSidebarVisibility)';
const GOAL = 'Say hello';

let holds: Holds;

journey('hostile', {
  make: async (root, folder) => {
    holds = await makeHolds(folder);
    const task = { id: 'evil', title: `${LINK} it`, instructions: 'x', dependsOn: [], contract: { owns: ['x/**'], offLimits: [], acceptance: [], gate: ['true'] }, tier: 'standard', script: [holds.wait('evil'), { fail: { reason: 'refused', message: `Look at ${LINK} and <img src=x onerror=alert(1)>` } }] };
    await makeProject(
      root,
      {
        'README.md': '# Notes\n',
        '.switchyard/team.jsonc': json({ version: 1, planner: { agent: 'scripted' }, tiers: { fast: { agent: 'scripted' }, standard: { agent: 'scripted' }, deep: { agent: 'scripted' } } }),
        '.switchyard/scripted-plans.json': json({ plans: [{ plan: { version: 1, goal: GOAL, tasks: [task] }, usage: [] }] }),
      },
      'Notes',
    );
  },
}, ({ step }) => {
  step('a message of the editor says it as words', async ({ wb, picture }) => {
    await wb.runCommand('Switchyard: Decompose Task');
    await wb.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await wb.page.keyboard.type(GOAL);
    await wb.page.keyboard.press('ControlOrMeta+Enter');
    const dashboard = dashboardIn(wb);
    await dashboard.state('evil', 'proposed', 90_000);
    await wb.runCommand('Switchyard: Approve Plan');
    await dashboard.state('evil', 'working');
    // Who looks at the dashboard is not told by a message.
    await wb.runCommand('View: Close All Editors');
    await holds.open('evil');
    const toast = await wb.notification('needs you', 60_000);
    await picture('message');
    expect(await toast.innerText()).toContain('[Approve] (command:workbench.action.toggleSidebarVisibility)');
    expect(await toast.locator('.notification-list-item-message a').count()).toBe(0);
  });

  step('so do the tree, its hover and the dashboard', async ({ wb, picture }) => {
    await wb.openContainer('Switchyard');
    const row = wb.page.getByRole('treeitem', { name: /toggleSidebarVisibility/ }).first();
    await row.waitFor();
    expect(await row.locator('a[href]').count()).toBe(0);
    await row.hover();
    await wb.page.locator('.monaco-hover', { hasText: 'toggleSidebarVisibility' }).first().waitFor();
    expect(await wb.page.locator('.monaco-hover a').count()).toBe(0);
    await wb.runCommand('Switchyard: Open Dashboard');
    const panel = await dashboardIn(wb).select('evil');
    await panel.getByText('<img src=x onerror=alert(1)>').first().waitFor();
    const page = await dashboardIn(wb).frame();
    expect(await page.locator('a[href], img').count()).toBe(0);
    await picture('everywhere');
  });
});
