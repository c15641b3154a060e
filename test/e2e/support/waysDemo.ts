/** A small repository with a goal for each way in which work comes to the base: together from the queue, as a whole run, by pull request. */
import { join } from 'node:path';
import type { ScriptStep } from '../../../src/core/plan.js';
import { standInGh, type StandInGh } from '../../support/standInGh.js';
import { makeHolds, type Holds } from './demo.js';
import { gitIn } from './git.js';
import { json, makeProject, writeFiles } from './project.js';

export const TOGETHER = 'Four words, and two that go astray';
export const AS_A_WHOLE = 'Two words that belong together';
export const BY_PULL_REQUEST = 'A word that others review';
/** What the planner changes outside its own copy, and what an agent does whose command does not name it. */
export const PLANNERS = 'README.md';
export const HIDDEN = 'NOTES.md';

export interface Ways extends Holds {
  readonly gh: StandInGh;
}

/**
 * One test each, held where the story looks: `second` once the first word is in, and a candidate of several tasks. Taking a
 * landing back runs none.
 */
const gate = (holds: string): string => `import { existsSync, watch } from 'node:fs';
import { basename, join } from 'node:path';
const where = basename(process.cwd());
const hold = where === 'second' && existsSync('src/first.mjs') ? 'regate' : where === '.candidate' ? 'candidate' : undefined;
const file = join(${JSON.stringify(holds)}, \`\${hold}.open\`);
const say = () => {
  const ran = where.startsWith('.undo') ? 0 : 1;
  console.log(\`# tests \${ran}\\n# pass \${ran}\\n# fail 0\`);
  process.exit(0);
};
const look = () => { if (hold === undefined || existsSync(file)) say(); };
if (hold !== undefined) watch(${JSON.stringify(holds)}, look);
look();
setTimeout(() => process.exit(1), 240_000);
`;

const task = (id: string, title: string, more: readonly ScriptStep[] = []): object => ({
  id,
  title,
  instructions: `${title}.`,
  dependsOn: [],
  contract: { owns: [`src/${id}.mjs`], offLimits: [], acceptance: [`the word ${id}`], gate: ['node check/gate.mjs'] },
  tier: 'standard',
  script: [{ write: { path: `src/${id}.mjs`, text: `export const ${id} = '${id}';\n` } }, ...more],
});

const plan = (goal: string, ...tasks: readonly object[]): object => ({ version: 1, goal, tasks });

const teamOf = (merge: string): string =>
  json({ version: 1, planner: { agent: 'scripted' }, tiers: { fast: { agent: 'scripted' }, standard: { agent: 'scripted' }, deep: { agent: 'scripted' } }, merge, limits: { maxParallel: 8, gateParallel: 2 } });

export async function makeWays(root: string, folder: string): Promise<Ways> {
  const holdsFolder = join(folder, 'holds');
  const holds = await makeHolds(holdsFolder);
  // Its stream tells of no path, and nobody else is at work: a guess is all that is left.
  const hidden: ScriptStep = { run: ['sh', '-c', `cd .. && cd .. && cd .. && cd $(ls -d note?) && echo more | tee -a ${HIDDEN.slice(0, 3)}*`] };
  const together = plan(TOGETHER, task('first', 'The first word'), task('second', 'The second word'), task('third', 'The third word'), task('fourth', 'The fourth word'), task('astray', 'A word that goes astray', [holds.wait('alone'), hidden]));
  await makeProject(
    root,
    {
      'README.md': '# Words\n',
      [HIDDEN]: 'Notes\n',
      'check/gate.mjs': gate(holdsFolder),
      '.switchyard/team.jsonc': teamOf('merge'),
      '.switchyard/scripted-plans.json': json({
        plans: [
          { goal: TOGETHER, plan: together, usage: [{ write: { path: join(root, PLANNERS), text: '# Words, as the planner likes them\n' } }] },
          plan(AS_A_WHOLE, task('fifth', 'The fifth word'), task('sixth', 'The sixth word')),
          plan(BY_PULL_REQUEST, task('seventh', 'The seventh word')),
        ],
      }),
    },
    'Words',
  );
  const remote = join(folder, 'origin.git');
  await gitIn(folder, 'init', '--quiet', '--bare', '--initial-branch=main', remote);
  await gitIn(root, 'remote', 'add', 'origin', remote);
  await gitIn(root, 'push', '--quiet', '--set-upstream', 'origin', 'main');
  return { ...holds, gh: await standInGh({ folder, env: { PATH: process.env['PATH'] ?? '' } }) };
}

/** As a person chooses it in the team file. */
export function chooseMerge(root: string, merge: 'integration' | 'pull-request'): Promise<void> {
  return writeFiles(root, { '.switchyard/team.jsonc': teamOf(merge) });
}
