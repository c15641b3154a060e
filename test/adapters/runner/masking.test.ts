/** Nothing secret reaches a file or the terminal, wherever the pipe cuts it. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { streamMask } from '../../../src/adapters/runner/masking.js';
import { buildPrograms, END, ended, printed, sandbox, says, START, type Programs, type Sandbox } from './support.js';

const TOKEN = ['gh', 'p_', 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5'].join('');
const VALUE = 'quite-a-secret-välue';

function through(text: Buffer, size: number): string {
  const mask = streamMask([VALUE]);
  const out: Buffer[] = [];
  for (let at = 0; at < text.length; at += size) out.push(mask.push(text.subarray(at, at + size)));
  return Buffer.concat([...out, mask.rest()]).toString('utf8');
}

describe('the stream', () => {
  const text = Buffer.from(`{"a":"${TOKEN}"}\nplain ü\n${VALUE}${VALUE} end ${TOKEN}`);
  test.each([1, 2, 3, 7, 13, 40, 64, 1_000])('cut into pieces of %i bytes', (size) => {
    expect(through(text, size)).toBe('{"a":"‹secret›"}\nplain ü\n‹secret›‹secret› end ‹secret›');
  });

  test('a line without end goes on, masked, and is not held in memory', () => {
    const mask = streamMask([VALUE]);
    let out = '';
    let held = 0;
    let given = 0;
    for (let round = 0; round < 400; round += 1) {
      const piece = Buffer.from(`${'x'.repeat(5_000 + round)} ${VALUE} ${TOKEN} `);
      given += piece.length;
      const clean = mask.push(piece);
      out += clean.toString('utf8');
      held = Math.max(held, given - Buffer.byteLength(out));
    }
    out += mask.rest().toString('utf8');
    expect(out).not.toContain(VALUE);
    expect(out).not.toContain(TOKEN);
    expect(out.match(/‹secret›/g)).toHaveLength(800);
  });

  test('a private key over several lines is one secret', () => {
    const key = ['-----BEGIN PRIV', 'ATE KEY-----\n', 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(20), '-----END PRIV', 'ATE KEY-----'].join('');
    for (const size of [1, 10, 33, 100, 5_000]) expect(through(Buffer.from(`before\n${key}\nafter\n`), size)).toBe('before\n‹secret›\nafter\n');
  });

  test('bytes that are no text come out as they went in', () => {
    const bytes = Buffer.from(Array.from({ length: 1_000 }, (_, at) => at % 256));
    const mask = streamMask([]);
    expect(Buffer.concat([mask.push(bytes), mask.rest()])).toEqual(bytes);
  });
});

describe('an attempt', () => {
  let programs: Programs;
  let box: Sandbox;
  beforeAll(async () => (programs = await buildPrograms()));
  afterAll(() => rm(programs.folder, { recursive: true }));
  beforeEach(async () => (box = await sandbox(programs)));
  afterEach(() => box.clean());

  test('leaves no secret in any file of its folder, nor on the terminal', async () => {
    const program = says([START, { type: 'say', text: `it is ${TOKEN}` }, { type: 'tool-result', id: '1', ok: false, text: TOKEN }], `
      process.stderr.write('warning: ' + process.env.MY_TEST_TOKEN + '\\n');
      process.stdout.write(JSON.stringify({ type: 'say', text: 'value ' + process.env.MY_TEST_TOKEN }) + '\\n');
      process.stdout.write(${JSON.stringify(`${JSON.stringify({ ...END, ok: false, message: `failed with ${TOKEN}` })}\n`)});`);
    await box.put(await box.spec(program, { setEnv: { MY_TEST_TOKEN: 'unmistakable-12345' } }));
    const runner = box.start();
    const output = printed(runner);
    await ended(runner);
    const exit = await box.exit();
    expect(exit.outcome.message).toBe('failed with ‹secret›');
    expect(output.text).toContain('it is ‹secret›');
    expect(output.text).toContain('value ‹secret›');
    const written = (await readdir(box.folder)).filter((name) => name !== 'spec.json');
    expect(written).toEqual(expect.arrayContaining(['stdout.jsonl', 'stderr.txt', 'activity.jsonl', 'transcript.txt', 'exit.json']));
    for (const name of written) {
      const text = await readFile(join(box.folder, name), 'utf8');
      expect(text, name).not.toContain(TOKEN);
      expect(text, name).not.toContain('unmistakable-12345');
    }
    expect(await box.read('stderr.txt')).toBe('warning: ‹secret›\n');
  });
});
