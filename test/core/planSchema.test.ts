import { describe, expect, it } from 'vitest';
import { checkPlanInput } from '../../src/core/planCheck.js';
import { MAX_GLOBS, MAX_TASKS, parsePlan } from '../../src/core/planSchema.js';
import { task } from './build.js';

const raw = (parts: Record<string, unknown> = {}) => ({ version: 1, goal: 'g', tasks: [{ id: 'a', title: 'A', contract: { owns: ['a/**'] } }], ...parts });
const rawTask = (parts: Record<string, unknown>) => raw({ tasks: [{ id: 'a', title: 'A', contract: { owns: ['a/**'] }, ...parts }] });

function problems(input: unknown): readonly { code: string; tasks: readonly string[]; message: string; place?: string }[] {
  const parsed = parsePlan(input);
  return 'problems' in parsed ? parsed.problems : [];
}

describe('a plan that is good', () => {
  it('fills in what is optional, and nothing else', () => {
    expect(parsePlan(raw())).toEqual({
      plan: {
        version: 1,
        goal: 'g',
        tasks: [{ id: 'a', title: 'A', instructions: '', dependsOn: [], tier: 'standard', contract: { owns: ['a/**'], offLimits: [], acceptance: [], gate: [] } }],
      },
    });
  });

  it.each([
    ['base', raw({ base: 'main' })],
    ['note', raw({ note: 'one task is enough' })],
    ['agent and model', rawTask({ agent: 'claude', model: 'opus' })],
    ['an empty script', rawTask({ script: [] })],
  ])('takes %s', (_what, input) => expect(checkPlanInput(input).ok).toBe(true));

  const steps: readonly Record<string, unknown>[] = [
    { write: { path: 'a.txt', text: '' } },
    { append: { path: 'a.txt', text: 'more' } },
    { delete: { path: 'a.txt' } },
    { rename: { from: 'a', to: 'b' } },
    { symlink: { path: 'l', target: '/etc/passwd' } },
    { chmod: { path: 'x', mode: '755' } },
    { run: ['git', 'status'] },
    { say: 'text' },
    { sleepMs: 500 },
    { usage: { model: 'claude-sonnet-4-5', inputTokens: 1000, cachedInputTokens: 800, outputTokens: 200 } },
    { usage: { model: 'm', inputTokens: 1, outputTokens: 0 } },
    { exit: 1 },
    { hang: true },
  ];
  it.each(steps.map((step) => [JSON.stringify(step), step] as const))('takes the scripted step %s', (_text, step) => {
    const list = parsePlan(rawTask({ script: [step] }));
    const perAttempt = parsePlan(rawTask({ script: { attempts: [[], [step]] } }));
    expect('plan' in list && list.plan.tasks[0]?.script).toEqual([step]);
    expect('plan' in perAttempt && perAttempt.plan.tasks[0]?.script).toEqual({ attempts: [[], [step]] });
  });

  it('keeps a complete task exactly', () => {
    const whole = task('a', { agent: 'codex', model: 'gpt', script: [{ say: 'x' }], contract: { offLimits: ['x'], acceptance: ['y'] } });
    expect(parsePlan({ version: 1, goal: 'g', base: 'dev', tasks: [whole] })).toEqual({ plan: { version: 1, goal: 'g', base: 'dev', tasks: [whole] } });
  });
});

describe('schema problems name their place', () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['no object', 'hello', ''],
    ['null', null, ''],
    ['a list', [], ''],
    ['no version', { goal: 'g', tasks: [] }, 'version'],
    ['another version', raw({ version: 2 }), 'version'],
    ['a version as text', raw({ version: '1' }), 'version'],
    ['no goal', raw({ goal: undefined }), 'goal'],
    ['an empty goal', raw({ goal: '  ' }), 'goal'],
    ['tasks as an object', raw({ tasks: {} }), 'tasks'],
    ['no task', raw({ tasks: [] }), 'tasks'],
    ['a task that is text', raw({ tasks: ['a'] }), 'tasks[0]'],
    ['no contract', raw({ tasks: [{ id: 'a', title: 'A' }] }), 'tasks[0].contract'],
    ['no title', raw({ tasks: [{ id: 'a', contract: {} }] }), 'tasks[0].title'],
    ['an empty title', rawTask({ title: ' ' }), 'tasks[0].title'],
    ['an id that is no text', rawTask({ id: 1 }), 'tasks[0].id'],
    ['dependsOn as text', rawTask({ dependsOn: 'b' }), 'tasks[0].dependsOn'],
    ['a dependency that is no text', rawTask({ dependsOn: [1] }), 'tasks[0].dependsOn[0]'],
    ['owns as text', rawTask({ contract: { owns: 'a' } }), 'tasks[0].contract.owns'],
    ['a blank gate command', rawTask({ contract: { owns: ['a'], gate: ['npm test', ' '] } }), 'tasks[0].contract.gate[1]'],
    ['an unknown tier', rawTask({ tier: 'huge' }), 'tasks[0].tier'],
    ['agent null', rawTask({ agent: null }), 'tasks[0].agent'],
    ['an empty base', raw({ base: '' }), 'base'],
    ['an unknown key', raw({ task: [] }), 'task'],
    ['an unknown key of a task', rawTask({ depends: ['b'] }), 'tasks[0].depends'],
    ['an unknown key of a contract', rawTask({ contract: { own: ['a'] } }), 'tasks[0].contract.own'],
    ['an unknown step', rawTask({ script: [{ explode: true }] }), 'tasks[0].script'],
    ['a step of two', rawTask({ script: [{ say: 'x', exit: 0 }] }), 'tasks[0].script'],
    ['an empty argv', rawTask({ script: [{ run: [] }] }), 'tasks[0].script'],
    ['a shell string', rawTask({ script: [{ run: 'rm -rf /' }] }), 'tasks[0].script'],
    ['an exit code beyond a byte', rawTask({ script: [{ exit: 256 }] }), 'tasks[0].script'],
    ['a mode that is none', rawTask({ script: [{ chmod: { path: 'x', mode: 'u+x' } }] }), 'tasks[0].script'],
    ['no list of attempts', rawTask({ script: { attempts: [] } }), 'tasks[0].script'],
    ['negative tokens', rawTask({ script: [{ usage: { model: 'm', inputTokens: -1, outputTokens: 0 } }] }), 'tasks[0].script'],
  ];
  it.each(cases)('%s', (_what, input, place) => {
    const found = problems(input);
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((problem) => problem.code === 'schema' && problem.message !== '')).toBe(true);
    expect(found.some((problem) => problem.place?.startsWith(place))).toBe(true);
    for (const { message } of found) expect(message).not.toMatch(/Invalid|Expected|received|undefined/);
    expect(checkPlanInput(input)).toMatchObject({ ok: false, edges: [], levels: [] });
    expect(checkPlanInput(input)).not.toHaveProperty('plan');
  });

  it('names the task by its id where it has one', () => {
    expect(problems(raw({ tasks: [task('a'), { ...task('b'), tier: 'x' }] }))).toEqual([{ code: 'schema', tasks: ['b'], place: 'tasks[1].tier', message: 'b: tier must be one of fast, standard or deep, not "x"' }]);
    expect(problems(rawTask({ id: 7 }))).toEqual([{ code: 'schema', tasks: [], place: 'tasks[0].id', message: 'task 1 of the list: id must be text, not 7' }]);
  });

  it('reports every problem, not the first', () => {
    const found = problems(raw({ goal: '', tasks: [{ id: 'a', title: '', contract: { owns: [1] } }] }));
    expect(found.map((problem) => problem.place)).toEqual(['goal', 'tasks[0].title', 'tasks[0].contract.owns[0]']);
  });

  it('names every unknown key, and what is wrong inside a step', () => {
    const found = problems(raw({ a: 1, b: 2, tasks: [{ ...task('x'), depends: [], needs: [], contract: { owns: ['x'], files: 1, path: 2 }, script: [{ write: { path: 'x' } }, { run: [1] }, 'say'] }] }));
    expect(found.map((problem) => problem.place).sort()).toEqual(
      ['a', 'b', 'tasks[0].contract.files', 'tasks[0].contract.path', 'tasks[0].depends', 'tasks[0].needs', 'tasks[0].script[0].write.text', 'tasks[0].script[1].run[0]', 'tasks[0].script[2]'].sort(),
    );
  });

  it('also says what is wrong with the tasks that can be read', () => {
    const check = checkPlanInput(
      raw({
        goal: 1,
        tasks: [
          { id: 'a', title: 'A', tier: 'huge', dependsOn: ['b', 'ghost'], contract: { owns: ['/abs', 3] } },
          { id: 'b', title: 'B', dependsOn: ['a'], contract: { owns: ['b'], gate: 'npm test' } },
          { id: 'Bad', contract: { owns: [] } },
          { title: 'no id' },
          'text',
        ],
      }),
      { teamHasGate: false },
    );
    expect(check).toMatchObject({ ok: false, edges: [], levels: [] });
    expect(check.problems.map(({ code, tasks }) => `${code} ${tasks.join(',')}`)).toEqual([
      'schema ', 'schema a', 'schema a', 'schema b', 'schema Bad', 'schema ', 'schema ', 'schema ',
      'bad-id Bad', 'unknown-dependency a', 'bad-glob a', 'no-gate a', 'empty-owns Bad', 'no-gate Bad', 'cycle a,b',
    ]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('the key %s is unknown like any other', (key) => {
    const input = JSON.parse(`{"version":1,"goal":"g","tasks":[{"id":"a","title":"A","contract":{"owns":["a"]}}],"${key}":{"polluted":true}}`) as unknown;
    expect(problems(input)[0]?.message).toContain(key);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('sizes', () => {
  it('takes the largest plan, and refuses one more with its number', () => {
    const most = Array.from({ length: MAX_TASKS }, (_, at) => task(`t${at}`));
    expect(problems(raw({ tasks: most }))).toEqual([]);
    expect(problems(raw({ tasks: [...most, task('more')] }))[0]?.message).toContain(`${MAX_TASKS + 1} tasks are more than the ${MAX_TASKS}`);
  });

  it('refuses more globs than can be compared with each other', () => {
    const owning = (count: number) => raw({ tasks: Array.from({ length: 10 }, (_, at) => task(`t${at}`, { owns: Array.from({ length: count / 10 }, (_each, file) => `t${at}/f${file}`) })) });
    expect(checkPlanInput(owning(MAX_GLOBS))).toMatchObject({ ok: true });
    expect(problems(owning(MAX_GLOBS + 10))).toEqual([{ code: 'schema', tasks: [], place: 'tasks', message: expect.stringContaining(`${MAX_GLOBS + 10} globs together`) as string }]);
  });

  it('refuses 10,000 tasks without looking at one of them', () => {
    let looked = 0;
    const tasks = Array.from({ length: 10_000 }, () => new Proxy({}, { get: () => ((looked += 1), 'x') }));
    expect(checkPlanInput({ version: 1, goal: 'g', tasks })).toMatchObject({ ok: false, problems: [{ code: 'schema' }] });
    expect(looked).toBe(0);
  });

  it.each([
    ['lists', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['objects', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
  ])('refuses JSON nested 50,000 deep: %s', (_what, text) => {
    const deep = JSON.parse(text) as unknown;
    for (const input of [deep, raw({ tasks: deep }), raw({ extra: deep }), rawTask({ contract: deep }), rawTask({ contract: { owns: [deep] } }), rawTask({ script: [deep] }), rawTask({ script: { attempts: deep } })]) {
      expect(checkPlanInput(input)).toMatchObject({ ok: false });
      expect(problems(input).every((problem) => problem.code === 'schema' && problem.message.length < 1_000)).toBe(true);
    }
  });

  it.each([
    ['goal', raw({ goal: 'x'.repeat(200_000) })],
    ['tasks[0].title', rawTask({ title: 'x'.repeat(501) })],
    ['tasks[0].instructions', rawTask({ instructions: 'x'.repeat(200_000) })],
    ['tasks[0].contract.owns', rawTask({ contract: { owns: Array.from({ length: 1_001 }, () => 'a') } })],
    ['tasks[0].dependsOn', rawTask({ dependsOn: Array.from({ length: 1_001 }, () => 'a') })],
  ])('too much of %s is refused', (place, input) => expect(problems(input)[0]?.place).toBe(place));
});
