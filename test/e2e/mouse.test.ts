/** The whole job by mouse: from an empty repository to landed work and its bill. */
import { expect } from 'vitest';
import { DEMO_GOAL } from '../demo/recordedPlan.js';
import { dashboardIn } from './support/dashboard.js';
import { attemptsOf, makeFastDemo, makeHolds, type Holds } from './support/demo.js';
import { journey } from './support/journey.js';

let holds: Holds;

journey('mouse', {
  make: async (root, folder) => {
    holds = await makeHolds(`${folder}/holds`);
    await makeFastDemo(root, (task) => {
      if (task.id !== 'tags') return task;
      const [steps = []] = attemptsOf(task);
      const again = [{ say: 'The limits get a comment, as asked.' }, { append: { path: 'src/note.mjs', text: '\n// The limits were agreed in review.\n' } }, { usage: { model: 'claude-sonnet-4-5', inputTokens: 12_000, cachedInputTokens: 9_000, outputTokens: 300 } }];
      return { ...task, script: { attempts: [[...steps.slice(0, 3), holds.wait('tags'), ...steps.slice(3)], again] } };
    });
  },
}, ({ step }) => {
  step('an empty repository teaches the first step', async ({ wb, picture }) => {
    await wb.openContainer('Switchyard');
    const start = wb.page.locator('.welcome-view-content').getByRole('button', { name: 'Decompose Task' });
    await start.waitFor();
    await picture('empty');
    await start.click();
  });

  step('a goal of several lines is typed and handed to the planner', async ({ wb, picture }) => {
    const lens = wb.page.locator('.codelens-decoration a', { hasText: 'Decompose into a Plan' });
    await lens.waitFor();
    await wb.page.locator('.editor-instance .view-lines').first().click();
    await wb.page.keyboard.type(DEMO_GOAL);
    await picture('goal');
    await lens.click();
  });

  step('the plan is proposed as a graph', async ({ wb, picture }) => {
    const dashboard = dashboardIn(wb);
    await dashboard.state('docs', 'proposed');
    expect(await dashboard.inState('proposed')).toHaveLength(7);
    await picture('proposed');
  });
});
