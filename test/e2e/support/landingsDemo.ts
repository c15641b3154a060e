/** A small repository whose tasks bring about, each by itself, what can be in the way of a landing. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { ScriptStep } from '../../../src/core/plan.js';
import { repositoryRoot } from '../../support/root.js';
import { makeHolds } from './demo.js';
import { gitIn } from './git.js';

export const LANDINGS_GOAL = 'Everything that can be in the way';
/** What two tasks and a person change. */
export const SHARED = 'src/words.mjs';
/** What each of three agents changes in the person's checkout. */
export const STRAYS = { 'move-me': 'notes/moved.txt', 'keep-me': 'notes/kept.txt', 'undo-me': 'README.md' } as const;

const words = (...all: string[]): string => `export const words = [${all.map((each) => `'${each}'`).join(', ')}];\n`;
export const MERGED = words('one', 'ada', 'two');
export const ADAS = words('one', 'ada');

const TEST = `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { words } from '../src/words.mjs';\n\ntest('there are words', () => assert.ok(words.length > 0));\n`;

/** Red on its first run and green ever after: it remembers beside the repository, where no clean tree helps. */
const flaky = (folder: string): string =>
  `import { existsSync, writeFileSync } from 'node:fs';\nconst seen = ${JSON.stringify(join(folder, 'seen'))};\nif (!existsSync(seen)) {\n  writeFileSync(seen, '');\n  console.log('\\u001b[31m✗\\u001b[0m the clock was asked at midnight');\n  process.exit(1);\n}\nconsole.log('\\u001b[32m✓\\u001b[0m the clock was asked');\n`;

interface Piece {
  readonly id: string;
  readonly title: string;
  readonly owns: readonly string[];
  readonly script: readonly ScriptStep[] | { readonly attempts: readonly (readonly ScriptStep[])[] };
  readonly gate?: string;
}

export async function makeLandings(root: string, folder: string): Promise<void> {
  const holds = await makeHolds(join(folder, 'holds'));
  const leak = (id: keyof typeof STRAYS, title: string): Piece => ({
    id,
    title,
    owns: [`src/${id}/**`, STRAYS[id]],
    script: [{ write: { path: `src/${id}/own.txt`, text: `${id}\n` } }, { write: { path: join(root, STRAYS[id]), text: `Left by ${id}.\n` } }],
  });
  const pieces: readonly Piece[] = [
    { id: 'words', title: 'A second word', owns: [SHARED], script: { attempts: [[{ write: { path: SHARED, text: words('one', 'two') } }], [{ say: 'Both sides wanted a word each: keeping both.' }, { write: { path: SHARED, text: MERGED } }]] } },
    { id: 'held', title: 'Words in capitals', owns: ['src/capitals.mjs'], script: [{ write: { path: SHARED, text: words('ONE') } }, holds.wait('held')] },
    { id: 'hollow', title: 'A helper without a test', owns: ['src/hollow.mjs'], gate: 'npm run hollow', script: [{ write: { path: 'src/hollow.mjs', text: 'export const hollow = true;\n' } }] },
    { id: 'clock', title: 'A clock', owns: ['src/clock.mjs'], gate: 'node check/clock.mjs', script: [{ write: { path: 'src/clock.mjs', text: 'export const now = () => 0;\n' } }] },
    leak('move-me', 'Leaves a new note'),
    leak('keep-me', 'Leaves another note'),
    leak('undo-me', 'Rewrites the README'),
  ];
  const tasks = pieces.map(({ id, title, owns, gate, script }) => ({ id, title, instructions: `Do ${id}.`, dependsOn: [], contract: { owns, acceptance: [`${title} is there`], gate: [gate ?? 'npm test'] }, tier: 'standard', script }));
  const files: Readonly<Record<string, string>> = {
    'package.json': `${JSON.stringify({ name: 'words', version: '1.0.0', private: true, type: 'module', scripts: { test: 'node --test', hollow: 'node --test --test-name-pattern=nobody' } }, null, 2)}\n`,
    'README.md': '# Words\n',
    'check/clock.mjs': flaky(folder),
    [SHARED]: words('one'),
    'test/words.test.mjs': TEST,
    '.switchyard/team.jsonc': `${JSON.stringify({ version: 1, planner: { agent: 'scripted' }, tiers: { fast: { agent: 'scripted' }, standard: { agent: 'scripted' }, deep: { agent: 'scripted' } }, limits: { maxParallel: 8, gateParallel: 2 } }, null, 2)}\n`,
    '.switchyard/scripted-plans.json': `${JSON.stringify({ plans: [{ version: 1, goal: LANDINGS_GOAL, tasks }] }, null, 2)}\n`,
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await gitIn(root, 'init', '--quiet', '--initial-branch=main');
  await gitIn(root, 'config', 'user.name', 'Test Person');
  await gitIn(root, 'config', 'user.email', 'person@example.test');
  await gitIn(root, 'add', '-A');
  await gitIn(root, 'commit', '--quiet', '-m', 'Words');
  await withRemote(root, folder);
  await pushFromElsewhere(root, folder);
  await damagedRun(root, folder);
}

/** An earlier run whose log has a line that is no event. */
async function damagedRun(root: string, folder: string): Promise<void> {
  const plan = join(folder, 'earlier.json');
  await writeFile(plan, JSON.stringify({ version: 1, goal: 'Something earlier', tasks: [{ id: 'earlier', title: 'Something earlier', instructions: 'Do it.', dependsOn: [], contract: { owns: ['earlier/**'], offLimits: [], acceptance: [], gate: ['npm test'] }, tier: 'standard', agent: 'scripted', script: [] }] }));
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  // It stops for the plan's approval.
  await execa(process.execPath, [join(repositoryRoot, 'dist', 'cli.js'), 'run', plan], { cwd: root, env, extendEnv: false, stdin: 'ignore', reject: false });
  const log = join(root, '.git', 'switchyard', 'runs', 'r1', 'events.jsonl');
  const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
  await writeFile(log, `${[...lines.slice(0, -1), '{"v":1,"se', ...lines.slice(-1)].join('\n')}\n`);
}

const remoteOf = (folder: string): string => join(folder, 'origin.git');

async function withRemote(root: string, folder: string): Promise<void> {
  await gitIn(folder, 'init', '--quiet', '--bare', '--initial-branch=main', remoteOf(folder));
  await gitIn(root, 'remote', 'add', 'origin', remoteOf(folder));
  await gitIn(root, 'push', '--quiet', '--set-upstream', 'origin', 'main');
}

/** Somebody else pushes a commit, and the person fetches. */
async function pushFromElsewhere(root: string, folder: string): Promise<void> {
  const clone = join(folder, 'elsewhere');
  await gitIn(folder, 'clone', '--quiet', remoteOf(folder), clone);
  await writeFile(join(clone, 'CHANGES.md'), 'A change from elsewhere.\n');
  await gitIn(clone, 'add', '-A');
  await gitIn(clone, '-c', 'user.name=Bo', '-c', 'user.email=bo@example.test', 'commit', '--quiet', '-m', 'From elsewhere');
  await gitIn(clone, 'push', '--quiet');
  await gitIn(root, 'fetch', '--quiet');
}
