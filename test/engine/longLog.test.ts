/** A long log has its state kept beside it: the next reader goes on from that, and believes nothing of it when the log is not the same. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLog } from '../../src/adapters/eventStore.js';
import { keepCheckpoint, loadCheckpoint } from '../../src/adapters/logCheckpoint.js';
import { followLog, readableLines, readLog, START } from '../../src/adapters/logLines.js';
import type { Event } from '../../src/core/events.js';
import { CHECKPOINT_EVERY } from '../../src/core/checkpoint.js';
import { fold } from '../../src/core/fold.js';
import type { RunState } from '../../src/core/run.js';
import { RunReader } from '../../src/engine/runReader.js';
import { RunStore } from '../../src/engine/store.js';
import type { World } from '../../src/engine/world.js';
import { longLog } from '../support/longLog.js';

const LINES = 6_000;
const text = longLog(LINES, 20);
let world: World;
let log: string;
let said: string[];

beforeEach(async () => {
  const stateFolder = await mkdtemp(join(tmpdir(), 'long-'));
  log = join(stateFolder, 'runs', 'r1', 'events.jsonl');
  await mkdir(join(stateFolder, 'runs', 'r1'), { recursive: true });
  await writeFile(log, text);
  said = [];
  const say = (message: string): number => said.push(message);
  const needed: Partial<World> = {
    stateFolder,
    logs: { open: (file, from) => openLog(file, from), read: readLog, readable: readableLines, checkpoint: loadCheckpoint, keepCheckpoint, follow: (file, from, onEvents) => followLog(file, from ?? START, onEvents, (error) => say(String(error))) },
    log: { info: say, warn: say, error: say },
    clock: { now: () => 0, after: () => () => undefined },
    mask: (spoken) => spoken,
  };
  world = needed as World;
});
afterEach(() => rm(world.stateFolder, { recursive: true, force: true }));

/** Opens the run for writing, adds an event, and closes it. */
async function writeOne(): Promise<void> {
  const store = await RunStore.open(world, 'r1', await new RunReader(world).known('r1'));
  await store.append({ type: 'run.paused' });
  await store.close();
}

test('who opens it for writing keeps its state, and the next one folds what came after', async () => {
  expect((await new RunReader(world).known('r1')).kept).toBe(0);
  await writeOne();
  const known = await new RunReader(world).known('r1');
  expect(known.kept).toBe(LINES);
  expect(known.end.lines).toBe(LINES + 1);
  const events = (await readFile(log, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as Event);
  expect(known.state).toEqual(fold(events));
  expect(known.state?.paused).toBe(true);
  await writeOne();
  // One more event is not worth another checkpoint.
  expect((await new RunReader(world).known('r1')).kept).toBe(LINES);
  expect(said).toEqual([]);
});

test('a run that goes on keeps its state on the way: whoever dies leaves no long log without it', async () => {
  const store = await RunStore.open(world, 'r1', await new RunReader(world).known('r1'));
  const some = Array.from({ length: CHECKPOINT_EVERY }, () => ({ type: 'run.paused' as const }));
  await store.append(...some);
  // Not closed: as if it were killed now.
  await expect.poll(async () => (await loadCheckpoint(log))?.at.lines, { timeout: 30_000 }).toBe(LINES + CHECKPOINT_EVERY);
  await rm(`${log}.checkpoint`);
  expect((await new RunReader(world).read('r1'))?.seq).toBe(LINES + CHECKPOINT_EVERY);
  await store.close();
});

test('a damaged middle refuses the run as before', async () => {
  await writeOne();
  const bytes = await readFile(log, 'utf8');
  const middle = bytes.indexOf('\n', bytes.length / 2) + 5;
  await writeFile(log, `${bytes.slice(0, middle)}#${bytes.slice(middle + 1)}`);
  expect(await new RunReader(world).look('r1')).toMatchObject({ reason: 'damaged' });
});

test('looking again reads only what is new, and a log that was cut back is read from its beginning', async () => {
  const reader = new RunReader(world);
  const first = (await reader.read('r1')) as RunState;
  expect((await reader.read('r1'))?.tasks).toBe(first.tasks);
  const shorter = text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1);
  await writeFile(log, shorter);
  expect((await reader.read('r1'))?.seq).toBe(LINES - 1);
});

test('of many short runs that are looked at again no event is read twice; of long ones only the last few are kept', async () => {
  let taken = 0;
  const read: typeof readLog = (file, take, from) => readLog(file, (event, line) => {
    taken += 1;
    take(event, line);
  }, from);
  const runs = Array.from({ length: 9 }, (_, at) => `r${String(at + 1)}`);
  const all = async (reader: RunReader): Promise<number> => {
    taken = 0;
    for (const run of runs) await reader.read(run);
    return taken;
  };
  const write = async (lines: string): Promise<void> => {
    for (const run of runs) {
      await mkdir(join(world.stateFolder, 'runs', run), { recursive: true });
      await writeFile(join(world.stateFolder, 'runs', run, 'events.jsonl'), lines);
    }
  };
  await write(longLog(500, 20));
  const short = new RunReader({ ...world, logs: { ...world.logs, read } });
  expect(await all(short)).toBe(9 * 500);
  expect(await all(short)).toBe(0);
  await write(text);
  const long = new RunReader({ ...world, logs: { ...world.logs, read } });
  expect(await all(long)).toBe(9 * LINES);
  // Six of these would fit; they are looked at in turn, so the next one is always one that went.
  expect(await all(long)).toBe(9 * LINES);
});

test('who follows goes on from what it has read', async () => {
  const reader = new RunReader(world);
  await reader.read('r1');
  const store = await RunStore.open(world, 'r1', await reader.known('r1'));
  const seen: (number | undefined)[] = [];
  const done = new Promise<void>((resolve) => {
    const stop = reader.follow('r1', (state) => {
      seen.push(state?.seq);
      if (state?.seq !== LINES + 2) return;
      stop();
      resolve();
    });
  });
  await store.append({ type: 'run.paused' });
  await store.append({ type: 'run.resumed' });
  await done;
  expect(seen[0]).toBeGreaterThan(LINES);
  await store.close();
});
