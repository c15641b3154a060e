import { describe, expect, it } from 'vitest';
import type { PlanAnswer } from '../../src/core/planAnswer.js';
import { jsonIn, PLAN_JSON_SCHEMA, readPlanAnswer } from '../../src/core/planAnswer.js';
import { dag, plan, task } from './build.js';

const GOOD = dag({ db: '', api: 'db' });
const TEXT = JSON.stringify(GOOD);
const model = { scripts: false, goal: 'The goal' };
const fromText = (text: string, options = model) => readPlanAnswer({ text }, options);
const tasksOf = (answer: PlanAnswer) => ('plan' in answer ? answer.plan.tasks.map((each) => each.id) : answer.problems.map((problem) => problem.message));

describe('where the answer stands', () => {
  it.each<[string, string]>([
    ['plain', TEXT],
    ['with white space', `\n\n  ${TEXT}  \n`],
    ['over several lines', JSON.stringify(GOOD, undefined, 2)],
    ['fenced', `\`\`\`json\n${TEXT}\n\`\`\``],
    ['fenced on one line', `\`\`\`${TEXT}\`\`\``],
    ['fenced without a language, with Windows line ends', `\`\`\`\r\n${TEXT}\r\n\`\`\`\r\n`],
    ['with prose around it', `Here is the plan:\n\n${TEXT}\n\nShall I go on?`],
    ['with braces in the prose before and after', `I use {a,b} globs and a {placeholder}.\n${TEXT}\nNote: {x}.`],
    ['with an example before it', `Like {"id":"x"} you said. ${TEXT}`],
    ['with another object after it', `${TEXT}\n{"done":true}`],
    ['after a longer object that is no plan', `{"thoughts":"${'long '.repeat(200)}"}\n${TEXT}`],
    ['after an opening brace that nobody closes', `The brace { is left open.\n${TEXT}`],
    ['with a fence inside a string', `\`\`\`json\n${JSON.stringify(plan(task('db', { instructions: 'Write ```ts\nx\n``` and { and "' }), task('api', { dependsOn: ['db'] })))}\n\`\`\``],
  ])('%s', (_what, text) => expect(tasksOf(fromText(text))).toEqual(['db', 'api']));

  it('structured, before any text', () => {
    expect(tasksOf(readPlanAnswer({ answer: GOOD, text: 'nonsense' }, model))).toEqual(['db', 'api']);
    expect(tasksOf(readPlanAnswer({ answer: null, text: TEXT }, model))).toEqual(['db', 'api']);
    expect(tasksOf(readPlanAnswer({ answer: TEXT }, model))).toEqual(['db', 'api']);
  });
});

describe('no plan', () => {
  it.each<[string, string, RegExp]>([
    ['nothing', '', /the answer is empty/],
    ['white space', ' \n ', /the answer is empty/],
    ['nonsense', 'I cannot do that.', /holds no JSON object: "I cannot do that\."/],
    ['JSON that is no object', '[1, 2]', /holds no JSON object/],
    ['cut off', TEXT.slice(0, -20), /holds no JSON object/],
    ['another object', '{"hello":1}', /^(tasks is missing|hello is not known)/],
    ['much text', 'x'.repeat(10_000), /holds no JSON object: "x{200}"$/],
    ['opening braces without end', '{'.repeat(100_000), /holds no JSON object/],
    ['fences without end', `${'```\n'.repeat(1)}${'\n'.repeat(200_000)}`, /holds no JSON object|empty/],
  ])('%s', (_what, text, message) => {
    const answer = fromText(text);
    expect('problems' in answer && answer.problems.some((problem) => message.test(problem.message))).toBe(true);
  });
  it('an undefined answer is empty', () => expect(tasksOf(readPlanAnswer({}, model))).toEqual(['the answer is empty']));
  it('a structured answer that is no object is a problem of shape', () => {
    for (const answer of [[], 7, true, 'words', '[1]']) {
      const read = readPlanAnswer({ answer }, model);
      expect('problems' in read && read.problems.length > 0 && read.problems.every((problem) => problem.code === 'schema' && problem.message !== '')).toBe(true);
    }
    expect(tasksOf(readPlanAnswer({ answer: 'words' }, model))).toEqual(['the answer holds no JSON object: "words"']);
  });
  it('every problem goes back, without the warnings', () => {
    const answer = readPlanAnswer({ answer: plan(task('a', { dependsOn: ['b'], gate: [] }), task('b', { dependsOn: ['a'], owns: [] })) }, model);
    expect('problems' in answer && answer.problems.map((problem) => problem.code).sort()).toEqual(['cycle', 'empty-owns']);
  });
});

describe('what is put right without asking', () => {
  const { goal: _goal, version: _version, ...bare } = GOOD;
  const read = (parts: object) => {
    const answer = readPlanAnswer({ answer: { ...GOOD, ...parts } }, model);
    return 'plan' in answer ? answer.plan : undefined;
  };
  it('a forgotten goal and version', () => expect(readPlanAnswer({ answer: bare }, model)).toMatchObject({ plan: { goal: 'The goal', version: 1 } }));
  it.each(['', null])('an empty note: %j', (note) => expect(read({ note })).not.toHaveProperty('note'));
  it('a note stays', () => expect(read({ note: 'One task is enough.' })?.note).toBe('One task is enough.'));
  it('a base of the planner is not the base', () => expect(read({ base: 'other' })).not.toHaveProperty('base'));
  it('the answer itself is not changed', () => {
    const answer = { ...GOOD, note: '', base: 'x' };
    const copy = structuredClone(answer);
    readPlanAnswer({ answer }, model);
    expect(answer).toEqual(copy);
  });
});

describe('scripts', () => {
  const scripted = plan(task('a', { script: [{ run: ['rm', '-rf', '/'] }] }), task('b'));
  it("a model's are taken out", () => {
    const answer = readPlanAnswer({ answer: scripted }, model);
    expect('plan' in answer && answer.plan.tasks.some((each) => 'script' in each)).toBe(false);
    expect(tasksOf(answer)).toEqual(['a', 'b']);
    expect(JSON.stringify(fromText(JSON.stringify(scripted)))).not.toContain('rm');
  });
  it('even where they are no scripts', () => {
    expect(tasksOf(readPlanAnswer({ answer: { ...scripted, tasks: [{ ...task('a'), script: 'evil' }] } }, model))).toEqual(['a']);
  });
  it("the scripted agent's own stay", () => {
    expect(readPlanAnswer({ answer: scripted }, { ...model, scripts: true })).toMatchObject({ plan: { tasks: [{ script: [{ run: ['rm', '-rf', '/'] }] }, { id: 'b' }] } });
  });
});

describe('a re-plan', () => {
  it('may depend on what stays', () => {
    const answer = dag({ fresh: 'landed' });
    expect(readPlanAnswer({ answer }, model)).toMatchObject({ problems: [{ code: 'unknown-dependency' }] });
    const kept = [task('landed', { gate: [] })];
    expect(tasksOf(readPlanAnswer({ answer }, { ...model, kept }))).toEqual(['fresh']);
    expect(readPlanAnswer({ answer: dag({ fresh: 'ghost' }) }, { ...model, kept })).toMatchObject({ problems: [{ code: 'unknown-dependency' }] });
  });
});

describe('jsonIn', () => {
  it.each<[string, unknown]>([
    ['{"a":1}', { a: 1 }],
    ['x {"a":"}"} y', { a: '}' }],
    ['x {"a":"\\"{"} y', { a: '"{' }],
    ['{"a":1} {"b":22}', { b: 22 }],
    ['{"a":1', undefined],
    ['{a:1}', undefined],
    ['}{', undefined],
    ['', undefined],
    [`{"a":"${'x'.repeat(5_000_000)}"}`, undefined],
  ])('%.40s', (text, expected) => expect(jsonIn(text)).toEqual(expected));
});

describe('the schema that planners are asked with', () => {
  interface Schema {
    type: string;
    properties?: Record<string, Schema>;
    required?: string[];
    additionalProperties?: boolean;
    items?: Schema;
  }
  const objects = (schema: Schema): Schema[] => [...(schema.type === 'object' ? [schema] : []), ...Object.values(schema.properties ?? {}).flatMap(objects), ...(schema.items === undefined ? [] : objects(schema.items))];
  it('is closed and requires every key, as structured outputs demand', () => {
    const all = objects(PLAN_JSON_SCHEMA as unknown as Schema);
    expect(all).toHaveLength(3);
    for (const each of all) expect([each.additionalProperties, [...each.required!].sort()]).toEqual([false, Object.keys(each.properties!).sort()]);
  });
  it('asks for no script', () => expect(JSON.stringify(PLAN_JSON_SCHEMA)).not.toContain('"script"'));
});
