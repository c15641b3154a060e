/** A small project whose agents bring their person to every dialog: full permission, paths outside a contract, a re-plan that is no plan. */
import { makeHolds, type Holds } from './demo.js';
import { json, makeProject } from './project.js';

export const GOAL = 'Greet in three languages';
/** What `crosses` writes that it does not own. */
export const OUTSIDE = ['CREDITS.md', 'src/names.mjs'] as const;
/** What `french` writes, committed nowhere but in its worktree. */
export const KEPT = { path: 'src/french/greet.mjs', text: "export const greet = (name) => `Bonjour, ${name} !`;\n" } as const;

export const GOOD_OUTLINE = `# Tidy the greetings

- [ ] style: One style for all greetings (owns: src/style/**) (gate: npm test)
- [ ] guide: A guide for translators (owns: docs/**) (after: style) (gate: npm test)
  Say how a language is added, with an example.
- [x] names: Names are kept in one place (owns: src/names.mjs)
`;

/** One fault of every kind that a person makes by hand. */
export const BAD_OUTLINE = `# Tidy the greetings

- [ ] style: One style for all greetings (owns: src/style/**) (tier: huge)
- [ ] guide: A guide for translators (owner: docs) (after: style)
- [ ] speech: Read greetings aloud (owns: /speech) (after: sound)
`;

/** `${file}` is the shell's here; a task of the editor would put the file in its place that happens to be open. */
const READS = 'for file in src/*/*.mjs; do node --check "${file}" && echo "read ${file##*/}"; done';

const task = (id: string, title: string, script: readonly object[], gate: readonly string[] = ['npm test']): object => ({
  id,
  title,
  instructions: `${title}.`,
  dependsOn: [],
  contract: { owns: [`src/${id}/**`], offLimits: [], acceptance: [`greet() of ${id}`], gate },
  tier: 'standard',
  script,
});

export async function makeDialogProject(root: string, folder: string): Promise<Holds> {
  const holds = await makeHolds(folder);
  const tasks = [
    task('french', 'Greet in French', [{ say: 'A greeting in French.' }, { write: KEPT }, { usage: { model: 'claude-sonnet-4-5', inputTokens: 9_000, cachedInputTokens: 6_000, outputTokens: 400 } }], ['npm test', READS]),
    task('crosses', 'Greet in Greek', [{ write: { path: 'src/crosses/greet.mjs', text: 'export const greet = (name) => `Γειά σου, ${name}`;\n' } }, ...OUTSIDE.map((path) => ({ write: { path, text: `// ${path}\n` } }))]),
    task('waits', 'Greet in Welsh', [{ write: { path: 'src/waits/greet.mjs', text: 'export const greet = (name) => `Helo, ${name}`;\n' } }, holds.wait('welsh')]),
  ];
  await makeProject(
    root,
    {
      'package.json': json({ name: 'greetings', version: '1.0.0', private: true, type: 'module', scripts: { start: 'node -p 6*7', test: 'node --test' } }),
      'test/one.test.mjs': `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\n\ntest('numbers add up', () => assert.equal(1 + 1, 2));\n`,
      'bad.md': BAD_OUTLINE,
      'good.md': GOOD_OUTLINE,
      '.switchyard/team.jsonc': json({ version: 1, planner: { agent: 'scripted' }, tiers: { fast: { agent: 'scripted' }, standard: { agent: 'scripted' }, deep: { agent: 'scripted' } }, permissions: 'full', gate: ['npm test'] }),
      '.switchyard/scripted-plans.json': json({
        plans: [{ plan: { version: 1, goal: GOAL, tasks }, usage: [holds.wait('planner'), { usage: { model: 'claude-sonnet-4-5', inputTokens: 4_000, cachedInputTokens: 0, outputTokens: 900 } }] }],
        replans: [{ goal: GOAL, plan: { tasks: 'Soon.', note: 'I shall think about it.' } }],
      }),
    },
    'Greetings',
  );
  return holds;
}
