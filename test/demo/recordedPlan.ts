/**
 * The recorded plan of the demo: what a planner answered to the goal, and what each agent then does, step by step.
 * The files an agent writes are real files under `recorded/<task>[/<attempt>]`; the gates that judge them are real.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan, ScriptStep, Task } from '../../src/core/plan.js';
import { repositoryRoot } from '../support/root.js';

export const DEMO_GOAL = 'Add tags and full-text search to the notes API';

const RECORDED = join(repositoryRoot, 'test', 'demo', 'recorded');
const MODELS = { fast: 'claude-haiku-4-5', standard: 'claude-sonnet-4-5', deep: 'claude-opus-4-5' } as const;

/** What of a recorded attempt is not in its files. */
interface Recorded {
  readonly first: string;
  readonly last: string;
  /** Prompt tokens (cached ones included), cached reads, output. */
  readonly tokens: readonly [input: number, cached: number, output: number];
  /** Milliseconds of thought before each file. */
  readonly pace: number;
  readonly steps?: readonly ScriptStep[];
}

/** The plan with every script filled in. `pace` scales the agents' pauses: 0 makes them as fast as they can be. */
export async function recordedPlan(pace = 1): Promise<Plan> {
  const scripted = async (task: Omit<Task, 'script'>, attempts: readonly Recorded[]): Promise<Task> => {
    const folders = attempts.map((_, index) => join(RECORDED, task.id, ...(attempts.length > 1 ? [String(index + 1)] : [])));
    const scripts = await Promise.all(attempts.map((attempt, index) => script(folders[index] ?? '', attempt, MODELS[task.tier], pace)));
    const last = attempts.at(-1);
    const again = last === undefined ? [] : [await lookAgain(folders.at(-1) ?? '', last, MODELS[task.tier], pace)];
    return { ...task, script: { attempts: [...scripts, ...again] } };
  };
  return { version: 1, goal: DEMO_GOAL, tasks: await Promise.all(TASKS.map(([task, ...attempts]) => scripted(task, attempts))) };
}

async function script(folder: string, attempt: Recorded, model: string, pace: number): Promise<ScriptStep[]> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/')).sort();
  const [inputTokens, cachedInputTokens, outputTokens] = attempt.tokens;
  const pause: ScriptStep = { sleepMs: Math.round(attempt.pace * pace) };
  const writes: ScriptStep[] = [];
  for (const path of paths) {
    writes.push(pause, { write: { path, text: await readFile(join(folder, path), 'utf8') } });
  }
  return [
    { say: attempt.first },
    ...writes,
    ...(attempt.steps ?? []),
    pause,
    { usage: { model, inputTokens, cachedInputTokens, outputTokens } },
    { say: attempt.last },
  ];
}

/** What any later attempt does, e.g. after a review's comments: what was added elsewhere once is not added twice. */
async function lookAgain(folder: string, attempt: Recorded, model: string, pace: number): Promise<ScriptStep[]> {
  const [inputTokens, cachedInputTokens, outputTokens] = attempt.tokens;
  const { steps, ...rest } = attempt;
  const added = new Set((steps ?? []).flatMap((step) => ('append' in step ? [step.append.path] : [])));
  const script1 = await script(folder, { ...rest, first: 'Looking at it again with what I was told.', last: 'Looked at again; a note at the end of the file says so.', tokens: [Math.round(inputTokens / 2), Math.round(cachedInputTokens / 2), Math.round(outputTokens / 4)] }, model, pace);
  const path = script1.flatMap((step) => ('write' in step && !added.has(step.write.path) ? [step.write.path] : []))[0];
  const note = path === undefined ? [] : [{ append: { path, text: path.endsWith('.md') ? '\n<!-- Read again after a review. -->\n' : '// Read again after a review.\n' } }];
  const end = script1.findIndex((step) => 'usage' in step);
  return [...script1.slice(0, end), ...note, ...script1.slice(end)];
}

const TASKS: readonly (readonly [Omit<Task, 'script'>, ...Recorded[]])[] = [
  [
    {
      id: 'tags',
      title: 'Tags on a note',
      instructions:
        'Give every note a `tags` list. Export `normaliseTag(tag)` and `normaliseTags(tags)` from src/note.mjs: trimmed, lower case, unique, sorted; at most 12 tags of 30 characters. Anything else throws InvalidNote. Absent tags mean an empty list; changing a note without naming tags keeps them.',
      dependsOn: [],
      contract: {
        owns: ['src/note.mjs', 'test/note.test.mjs'],
        offLimits: ['package.json'],
        acceptance: ['createNote and changeNote keep normalised tags', 'A list that is not made of words throws InvalidNote'],
        gate: ['npm test'],
      },
      tier: 'standard',
    },
    { first: 'Reading src/note.mjs and its tests to see how a note is validated.', last: 'Notes carry normalised tags; five tests cover limits, order and bad input.', tokens: [48_200, 41_900, 2_150], pace: 900 },
  ],
  [
    {
      id: 'tokenizer',
      title: 'Text tokenizer',
      instructions: 'Write `tokenize(text)` in src/search/tokenize.mjs: the words of a text in order, lower case, accents removed, stop words left out. It serves both the index and the queries.',
      dependsOn: [],
      contract: {
        owns: ['src/search/tokenize.mjs', 'test/tokenize.test.mjs'],
        offLimits: ['package.json'],
        acceptance: ['Case, accents and punctuation do not matter', 'A text without words gives an empty list'],
        gate: ['node --test test/tokenize.test.mjs', 'npm test'],
      },
      tier: 'fast',
    },
    { first: 'A small pure function: Unicode classes instead of a word list per language.', last: 'tokenize() and its tests are done.', tokens: [21_400, 15_800, 1_240], pace: 700 },
  ],
  [
    {
      id: 'tag-store',
      title: 'Find and count notes by tag',
      instructions: 'In src/store.mjs let `list({ tag })` give only the notes that carry the tag (normalised with `normaliseTag`), and add `tags()`: `[{ tag, count }]`, most used first, then by name. `list()` stays as it is.',
      dependsOn: ['tags'],
      contract: {
        owns: ['src/store.mjs', 'test/store.test.mjs'],
        offLimits: ['src/note.mjs'],
        acceptance: ['list({ tag }) ignores case and blanks', 'tags() is sorted by count, then by name'],
        gate: ['npm test'],
      },
      tier: 'standard',
    },
    { first: 'The store keeps insertion order; filtering after reversing keeps newest first.', last: 'list({ tag }) and tags() work; existing callers are untouched.', tokens: [39_700, 33_100, 1_890], pace: 800 },
  ],
  [
    {
      id: 'search-index',
      title: 'Inverted search index',
      instructions:
        'Write `createIndex()` in src/search/index.mjs with `sync(notes)` (brings the index up to date, reading only what changed) and `search(query)` (`[{ note, score }]`, every word must match, a title word weighs three body words, newer first among equals). Use `tokenize`.',
      dependsOn: ['tokenizer'],
      contract: {
        owns: ['src/search/index.mjs', 'test/searchIndex.test.mjs'],
        offLimits: ['src/search/tokenize.mjs'],
        acceptance: ['A changed note is found by its new words only', 'A removed note is not found any more'],
        gate: ['node --test test/searchIndex.test.mjs', 'npm test'],
      },
      tier: 'deep',
    },
    { first: 'Postings as word → id → weight; sync() compares notes by identity because they are never changed in place.', last: 'Index written, with tests for matching, ranking, change and removal.', tokens: [64_800, 52_300, 3_410], pace: 1_000 },
    { first: 'The gate is right: words of a changed note stay in the postings, and removed notes are never forgotten.', last: 'sync() now forgets what changed or is gone before it adds; all index tests pass.', tokens: [38_600, 35_200, 1_120], pace: 1_200 },
  ],
  [
    {
      id: 'tag-api',
      title: 'Tags in the HTTP API',
      instructions: 'Let `GET /notes?tag=` filter, add `GET /tags` in src/routes/tags.mjs and register it in src/routes/index.mjs (one export line per group).',
      dependsOn: ['tag-store'],
      contract: {
        owns: ['src/routes/notes.mjs', 'src/routes/tags.mjs', 'src/routes/index.mjs', 'test/tagsApi.test.mjs'],
        offLimits: ['src/server.mjs'],
        acceptance: ['GET /notes?tag=shop gives only notes with that tag', 'GET /tags counts every tag in use'],
        gate: ['npm test'],
      },
      tier: 'standard',
    },
    {
      first: 'Routes are grouped by file; the index collects the groups, so the server needs no change.',
      last: 'GET /tags and the tag filter answer; bad tags are refused with 422.',
      tokens: [44_300, 37_600, 2_020],
      pace: 800,
      steps: [{ append: { path: 'src/routes/index.mjs', text: "export { routes as tags } from './tags.mjs';\n" } }],
    },
  ],
  [
    {
      id: 'search-api',
      title: 'Search endpoint',
      instructions: 'Add `GET /search?q=` in src/routes/search.mjs over one index per store, at most 20 results, and register it in src/routes/index.mjs. An empty query is refused with 400 and a hint.',
      dependsOn: ['search-index'],
      contract: {
        owns: ['src/routes/search.mjs', 'src/routes/index.mjs', 'test/searchApi.test.mjs'],
        offLimits: ['src/server.mjs', 'src/search/**'],
        acceptance: ['A changed note is found at once', 'An empty query answers 400 with a hint'],
        gate: ['npm test'],
      },
      tier: 'standard',
    },
    {
      first: 'A WeakMap keeps one index per store; it is synced before each search.',
      last: 'GET /search answers, and follows changes without a restart.',
      tokens: [46_900, 40_200, 1_760],
      pace: 800,
      steps: [{ append: { path: 'src/routes/index.mjs', text: "export { routes as search } from './search.mjs';\n" } }],
    },
  ],
  [
    {
      id: 'docs',
      title: 'Document tags and search',
      instructions: 'Bring the table in README.md up to date with tags and search, and explain matching and ranking in docs/search.md.',
      dependsOn: ['tag-store', 'search-index'],
      contract: {
        owns: ['README.md', 'docs/**'],
        offLimits: ['src/**'],
        acceptance: ['README names every request', 'docs/search.md says how results are ranked'],
        gate: ['npm test'],
      },
      tier: 'fast',
    },
    { first: 'Taking names and limits from the code, not from memory.', last: 'README and docs/search.md describe tags, search and ranking.', tokens: [27_500, 22_800, 1_380], pace: 700 },
  ],
];
