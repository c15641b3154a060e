/** A small project and a plan of three independent tasks whose agents wait for the test, each after its first file. */
import { makeHolds, type Holds } from './demo.js';
import { makeProject } from './project.js';

export const THREE_GOAL = 'Three small things at once';
export const THREE = ['red', 'green', 'blue'] as const;

const TEST = `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\n\ntest('numbers add up', () => assert.equal(1 + 1, 2));\n`;

export async function makeThree(root: string, folder: string): Promise<Holds> {
  const holds = await makeHolds(folder);
  const tasks = THREE.map((id) => ({
    id,
    title: `The ${id} thing`,
    instructions: `Write ${id}.`,
    dependsOn: [],
    contract: { owns: [`src/${id}/**`], acceptance: [`${id} exists`], gate: ['npm test'] },
    tier: 'standard',
    script: [
      { say: `Beginning with ${id}` },
      { write: { path: `src/${id}/first.txt`, text: `${id}\n` } },
      holds.wait(id),
      { write: { path: `src/${id}/second.txt`, text: `${id} again\n` } },
      { say: `Done with ${id}` },
    ],
  }));
  const files: Readonly<Record<string, string>> = {
    'package.json': `${JSON.stringify({ name: 'things', version: '1.0.0', private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
    'test/things.test.mjs': TEST,
    '.switchyard/team.jsonc': `${JSON.stringify({ version: 1, planner: { agent: 'scripted' }, tiers: { fast: { agent: 'scripted' }, standard: { agent: 'scripted' }, deep: { agent: 'scripted' } }, gate: ['npm test'] }, null, 2)}\n`,
    '.switchyard/scripted-plans.json': `${JSON.stringify({ plans: [{ version: 1, goal: THREE_GOAL, tasks }] }, null, 2)}\n`,
  };
  await makeProject(root, files, 'Things');
  return holds;
}
