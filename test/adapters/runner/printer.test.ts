/** What a terminal is printed at once, and what waits until somebody looks. */
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createActivities } from '../../../src/adapters/runner/activity.js';
import { terminalPrinter } from '../../../src/adapters/runner/printer.js';
import { buildPrograms, ended, printed, sandbox, untilFile, type Programs, type Sandbox } from './support.js';

let programs: Programs;
let box: Sandbox;
beforeAll(async () => (programs = await buildPrograms()));
afterAll(() => rm(programs.folder, { recursive: true }));
beforeEach(async () => (box = await sandbox(programs)));
afterEach(() => box.clean());

test('where nobody looks, the first words are printed at once and the next ones wait to be asked for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'printer-'));
  const file = await open(join(folder, 'terminal'), 'w');
  const shown = (): Promise<string> => readFile(join(folder, 'terminal'), 'utf8');
  try {
    const printer = terminalPrinter(file.fd, {}, () => false);
    printer.print('first ');
    await expect.poll(shown).toBe('first ');
    printer.print('second ');
    expect(await shown()).toBe('first ');
    printer.hurry();
    await expect.poll(shown).toBe('first second ');
    // As much as this waits for nobody.
    printer.print('x'.repeat(300_000));
    await expect.poll(async () => (await shown()).length).toBe(300_013);
    printer.print('last');
    expect(await printer.flushed(10_000)).toBe(true);
    expect((await shown()).endsWith('xlast')).toBe(true);
  } finally {
    await file.close();
    await rm(folder, { recursive: true });
  }
});

test('a runner prints what waited as soon as a person has its terminal before them', async () => {
  const looking = createActivities();
  const go = join(box.root, 'go');
  await box.put(
    await box.spec(`
      const say = (line) => process.stdout.write(JSON.stringify(line) + '\\n');
      const { existsSync } = require('node:fs');
      say({ type: 'start', session: 's1' });
      say({ type: 'say', text: 'first words' });
      const wait = setInterval(() => {
        if (!existsSync(${JSON.stringify(go)})) return;
        clearInterval(wait);
        say({ type: 'say', text: 'second words' });
        setInterval(() => undefined, 1000);
      }, 20);`),
  );
  const runner = box.start();
  const output = printed(runner);
  try {
    // The head is printed at once.
    await vi.waitFor(() => expect(output.text).toContain('Activity table'), 30_000);
    await untilFile(join(box.folder, 'activity.jsonl'), (text) => text.includes('first words'));
    await writeFile(go, '');
    await untilFile(join(box.folder, 'activity.jsonl'), (text) => text.includes('second words'));
    expect(output.text).not.toContain('second words');
    looking.watch(box.folder, 'terminal');
    await vi.waitFor(() => expect(output.text).toContain('second words'), 10_000);
  } finally {
    looking.watch(undefined, 'terminal');
    runner.kill('SIGTERM');
    await ended(runner);
  }
});
