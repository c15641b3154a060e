import { describe, expect, it } from 'vitest';
import { looksLikeOutline, outlineToPlan } from '../../src/core/outline.js';
import type { Plan, Task } from '../../src/core/plan.js';
import { checkPlan } from '../../src/core/planCheck.js';

function read(text: string, options?: Parameters<typeof outlineToPlan>[1]): Plan {
  const result = outlineToPlan(text, options);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return result.plan;
}

function problems(text: string): readonly string[] {
  const result = outlineToPlan(text);
  return 'problems' in result ? result.problems : [];
}

const only = (text: string): Task => read(text).tasks[0]!;

describe('the example of the format', () => {
  const EXAMPLE = '- [ ] db: Activity table and repository (owns: src/db/**) (gate: npm test)\n- [ ] api: Endpoint (owns: src/api/**) (after: db)\n';
  it('is the plan it says', () => {
    expect(read(EXAMPLE)).toEqual({
      version: 1,
      goal: 'Activity table and repository; Endpoint',
      tasks: [
        { id: 'db', title: 'Activity table and repository', instructions: '', dependsOn: [], tier: 'standard', contract: { owns: ['src/db/**'], offLimits: [], acceptance: [], gate: ['npm test'] } },
        { id: 'api', title: 'Endpoint', instructions: '', dependsOn: ['db'], tier: 'standard', contract: { owns: ['src/api/**'], offLimits: [], acceptance: [], gate: [] } },
      ],
    });
  });
  it('is a good plan', () => expect(checkPlan(read(EXAMPLE))).toMatchObject({ ok: true, edges: [{ from: 'db', to: 'api', why: 'depends' }] }));
  it('reads the same with Windows line ends', () => expect(read(EXAMPLE.replaceAll('\n', '\r\n'))).toEqual(read(EXAMPLE)));
});

describe('attributes', () => {
  it.each<[string, Partial<Task> | { contract: unknown }]>([
    ['- a: T (owns: x, y/**)', { contract: { owns: ['x', 'y/**'], offLimits: [], acceptance: [], gate: [] } }],
    ['- a: T (owns: x) (owns: y)', { contract: { owns: ['x', 'y'], offLimits: [], acceptance: [], gate: [] } }],
    ['- a: T (owns: src/{a,b}/*.ts, docs/**)', { contract: { owns: ['src/{a,b}/*.ts', 'docs/**'], offLimits: [], acceptance: [], gate: [] } }],
    ['- a: T (owns: app/(auth)/**, b)', { contract: { owns: ['app/(auth)/**', 'b'], offLimits: [], acceptance: [], gate: [] } }],
    ['- a: T (owns: `x`, `y`)', { contract: { owns: ['x', 'y'], offLimits: [], acceptance: [], gate: [] } }],
    ['- a: T (gate: npm test) (gate: npm run lint)', { contract: { owns: [], offLimits: [], acceptance: [], gate: ['npm test', 'npm run lint'] } }],
    ['- a: T (gate: node -e "f(1, g(2))")', { contract: { owns: [], offLimits: [], acceptance: [], gate: ['node -e "f(1, g(2))"'] } }],
    ['- a: T (gate: `npm test`)', { contract: { owns: [], offLimits: [], acceptance: [], gate: ['npm test'] } }],
    ['- a: T (gate: echo `date` `id`)', { contract: { owns: [], offLimits: [], acceptance: [], gate: ['echo `date` `id`'] } }],
    ['- a: T (off-limits: x, y) (accept: It works, really)', { contract: { owns: [], offLimits: ['x', 'y'], acceptance: ['It works, really'], gate: [] } }],
    ['- a: T (after: b, c)', { dependsOn: ['b', 'c'] }],
    ['- a: T (tier: deep) (agent: claude) (model: opus)', { tier: 'deep', agent: 'claude', model: 'opus' }],
    ['- a: A title (with a remark)', { title: 'A title (with a remark)' }],
    ['- a: A title: with a colon (owns: x)', { title: 'A title: with a colon' }],
    ['- a: (owns: x)', { title: 'a' }],
    ['* a: T', { id: 'a' }],
    ['+ [ ] a: T', { id: 'a' }],
  ])('%s', (line, expected) => expect(only(line)).toMatchObject(expected));
});

describe('instructions', () => {
  it('are the indented text, with its own indentation kept', () => {
    const text = ['- [ ] a: T (owns: x)', '    First line.', '', '      - a list inside', '        deeper', '    Last line.', '', '- [ ] b: U (owns: y)', '\tTabbed.', 'Not indented, so not part of it.'].join('\n');
    const [a, b] = read(text).tasks;
    expect(a?.instructions).toBe('First line.\n\n  - a list inside\n    deeper\nLast line.');
    expect(b?.instructions).toBe('Tabbed.');
  });
  it('an indented item is text, not a task', () => expect(read('- a: T\n  - [ ] b: U\n').tasks.map((each) => [each.id, each.instructions])).toEqual([['a', '- [ ] b: U']]));
});

describe('what is done', () => {
  it.each(['x', 'X'])('[%s] is left out, with its text, and nobody waits for it', (mark) => {
    const plan = read(`- [${mark}] db: Table (owns: db/**)\n  done long ago\n- [ ] api: Endpoint (owns: api/**) (after: db)\n- [ ] ui: Page (owns: ui/**) (after: api, db)\n`);
    expect(plan.tasks.map((each) => [each.id, each.dependsOn, each.instructions])).toEqual([
      ['api', [], ''],
      ['ui', ['api'], ''],
    ]);
  });
  it('a done item may look like anything', () => expect(read('- [x] whatever\n- [ ] a: T (owns: x)').tasks).toHaveLength(1));
  it('all done is no plan', () => expect(problems('- [x] a: T\n')).toEqual([expect.stringContaining('no open item')]));
});

describe('the goal', () => {
  it.each([
    ['the first heading', '# Board\n\nAbout it.\n\n## Now\n- a: T', 'Board'],
    ['the paragraph before the list', 'Make it\nfaster.\n\n- a: T', 'Make it faster.'],
    ['the titles, where there is nothing else', '- a: T\n- b: U', 'T; U'],
  ])('is %s', (_what, text, goal) => expect(read(text).goal).toBe(goal));
  it('is what was given, where the text has none; the base too', () => {
    expect(read('- a: T', { goal: 'G', base: 'dev' })).toMatchObject({ goal: 'G', base: 'dev' });
    expect(read('# H\n- a: T', { goal: 'G' }).goal).toBe('H');
  });
});

describe('bad items, each with its line', () => {
  it.each([
    ['- a: T (own: x)', ['line 1: unknown "(own: …)"']],
    ['- a: T (owns: x) (needs: b) (who: me)', ['line 1: unknown "(who: …)"', 'line 1: unknown "(needs: …)"']],
    ['- a: T\n\n- b: U (tier: huge)', ['line 3: tier "huge" is none of fast, standard, deep']],
    ['', ['the outline has no open item']],
    ['just text', ['the outline has no open item']],
  ])('%j', (text, expected) => {
    const found = problems(text);
    expect(found).toHaveLength(expected.length);
    expected.forEach((start, at) => expect(found[at]!.startsWith(start)).toBe(true));
  });
  it.each(['- a: T (owns: x', '- a: T owns: x)', '- a: T ((owns: x)', '- a: )))((('])('never throws on unbalanced parentheses: %s', (text) => {
    expect(only(text).id).toBe('a');
  });
});

describe('looksLikeOutline', () => {
  it.each([
    ['- [ ] db: Table (owns: src/db/**)', true],
    ['Some words\n\n* db: Table (owns: x)\n', true],
    ['- [ ] db: Table', false],
    ['Please do:\n- first: make it fast\n- second: test it', false],
    ['Add a feed (owns: nothing)', false],
    ['', false],
  ])('%j: %s', (text, expected) => expect(looksLikeOutline(text)).toBe(expected));
});

describe('items without an id', () => {
  it('get one from their title, unique and beside what people wrote', () => {
    const plan = read('- [ ] Résumé page! (owns: a/**)\n- [ ] Resume page (owns: b/**) (after: Résumé page!)\n- [ ] API: Endpoint (owns: c/**)\n- [ ] resume-page: Mine (owns: d/**)\n- [ ] ✓ (owns: e/**)\n');
    expect(plan.tasks.map((each) => [each.id, each.title])).toEqual([
      ['resume-page-2', 'Résumé page!'],
      ['resume-page-3', 'Resume page'],
      ['api-endpoint', 'API: Endpoint'],
      ['resume-page', 'Mine'],
      ['task', '✓'],
    ]);
    expect(checkPlan(plan).problems.filter((each) => each.severity !== 'warning')).toEqual([]);
  });
  it('can be waited for by their title, and are nobody’s wait once they are done', () => {
    const plan = read('- [x] Old table (owns: o/**)\n- [ ] New table (owns: a/**) (after: Old table)\n- [ ] Page (owns: b/**) (after: New table)\n');
    expect(plan.tasks.map((each) => each.dependsOn)).toEqual([[], ['new-table']]);
  });
});

describe('what is no task', () => {
  it('is left out, and said with its line', () => {
    const result = outlineToPlan('# Board\n\n- remember the milk\n- [ ] db: Table (owns: db/**)\n  its instructions\n\nSome prose\nof two lines.\n\n- two words: U\n');
    if ('problems' in result) throw new Error(result.problems.join());
    expect(result.plan.tasks.map((each) => [each.id, each.instructions])).toEqual([['db', 'its instructions']]);
    expect(result.notes).toEqual([expect.stringMatching(/^line 3: a bullet without/), expect.stringMatching(/^line 7: text between tasks/), expect.stringMatching(/^line 10: a bullet without/)]);
    expect(result.lines.get('db')).toBe(4);
  });
});
