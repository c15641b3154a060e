/** A small project, the plan a model makes for it, and what the model then does: wrong at first, right after the gate, better after a review. */
import { planAndWork, type Brain } from '../../support/modelServer/index.js';
import { makeProject } from './project.js';

export const SLUG_GOAL = 'Give every page a readable address';
/** What the person says to the CLI that they have taken over, and what it does. */
export const TAKEN_OVER = { words: 'Say so in the comment too.', answer: 'The comment says it now.', line: 'A readable address made from a title, of 40 characters at most' } as const;
export const SLUG_COMMENT = 'Cut addresses at 40 characters.';

const MODEL = 'claude-sonnet-4-5';
const FILES: Readonly<Record<string, string>> = {
  'package.json': `${JSON.stringify({ name: 'pages', version: '1.0.0', private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
  'src/page.mjs': `/** A page: what is shown under one address. */\nexport function page(title, body) {\n  return { title, body };\n}\n`,
  'test/page.test.mjs': `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { page } from '../src/page.mjs';\n\ntest('a page keeps its title', () => assert.equal(page('A', 'b').title, 'A'));\n`,
  '.switchyard/team.jsonc': `${JSON.stringify({ version: 1, planner: { agent: 'claude', model: MODEL }, tiers: { fast: { agent: 'claude', model: MODEL }, standard: { agent: 'claude', model: MODEL }, deep: { agent: 'claude', model: MODEL } }, reviewer: null, gate: ['npm test'], limits: { retries: 3, attemptMinutes: 5 } }, null, 2)}\n`,
};

const task = (id: string, title: string, dependsOn: readonly string[], owns: readonly string[], acceptance: string) => ({
  id,
  title,
  instructions: `${title}.`,
  dependsOn,
  contract: { owns, offLimits: ['package.json'], acceptance: [acceptance], gate: ['npm test'] },
  tier: 'standard',
});

const PLAN = {
  version: 1,
  goal: SLUG_GOAL,
  note: 'Two tasks: the address itself, then the page that uses it.',
  tasks: [
    task('slug', 'Address from a title', [], ['src/slug.mjs', 'test/slug.test.mjs'], 'slug("Hello, World!") is hello-world'),
    task('page', 'Pages carry their address', ['slug'], ['src/page.mjs', 'test/page.test.mjs'], 'page("A b", "").slug is a-b'),
  ],
};

const SAYS = 'A readable address made from a title';
const slug = (tail: string): string => `/** ${SAYS}. */\nexport function slug(title) {\n  return title.trim().toLowerCase()${tail};\n}\n`;
const [WRONG, RIGHT, BETTER] = [".replaceAll(' ', '-')", ".replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')", ".replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 40)"] as const;
const SLUG_TEST = `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { slug } from '../src/slug.mjs';\n\ntest('punctuation does not matter', () => assert.equal(slug('Hello, World!'), 'hello-world'));\n`;

/** The model. It waits for `goOn` after its first file, so that a working agent can be looked at. */
export function slugBrain(goOn: Promise<void>): Brain {
  const work = planAndWork(PLAN, (prompt) =>
    prompt.includes('Task: Address from a title')
      ? [
          [[{ text: 'I write the address first.' }, { write: { path: 'src/slug.mjs', text: slug(WRONG) } }], [{ write: { path: 'test/slug.test.mjs', text: SLUG_TEST } }], [{ text: 'slug() turns a title into an address.' }]],
          [[{ read: { path: 'src/slug.mjs' } }], [{ edit: { path: 'src/slug.mjs', find: WRONG, replace: RIGHT } }], [{ text: 'Punctuation is dropped now, as the test asks.' }]],
          [[{ edit: { path: 'src/slug.mjs', find: RIGHT, replace: BETTER } }], [{ text: 'Addresses end after 40 characters.' }]],
          [[{ edit: { path: 'src/slug.mjs', find: SAYS, replace: `${SAYS}, of 40 characters at most` } }], [{ text: TAKEN_OVER.answer }]],
        ]
      : [
          [
            [{ write: { path: 'test/page.test.mjs', text: `${FILES['test/page.test.mjs'] ?? ''}test('and has an address', () => assert.equal(page('A b', '').slug, 'a-b'));\n` } }],
            [{ run: 'ls src' }],
            [{ read: { path: 'src/page.mjs' } }],
            [{ edit: { path: 'src/page.mjs', find: 'return { title, body };', replace: 'return { title, body, slug: slug(title) };' } }],
            [{ edit: { path: 'src/page.mjs', find: '/** A page: what', replace: "import { slug } from './slug.mjs';\n\n/** A page: what" } }],
            [{ text: 'Pages carry their address.' }],
          ],
        ],
  );
  return async (request) => {
    // The interactive CLI also wants a name for the conversation.
    if (request.tools.length === 0) return [{ text: 'Address from a title' }];
    if (request.schema === undefined && request.round === 0 && request.step === 1 && request.prompt.includes('Task: Address from a title')) await goOn;
    return work(request);
  };
}

export function makeSlugProject(root: string): Promise<void> {
  return makeProject(root, FILES, 'Pages');
}
