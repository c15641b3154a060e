/** `openLog.mjs FOLDER MODE`: opens the run r1 of a state folder as a window does, in a process of its own, and prints the milliseconds. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLog } from '../../src/adapters/eventStore.js';
import { keepCheckpoint, loadCheckpoint } from '../../src/adapters/logCheckpoint.js';
import { readLog } from '../../src/adapters/logLines.js';
import type { Logs, World } from '../../src/engine/world.js';
import { RunReader } from '../../src/engine/runReader.js';
import { RunStore } from '../../src/engine/store.js';

const [stateFolder = '', mode = ''] = process.argv.slice(2);
const world = { stateFolder, logs: { open: openLog, read: readLog, checkpoint: loadCheckpoint, keepCheckpoint } satisfies Partial<Logs>, log: { info: console.error, warn: console.error, error: console.error } } as unknown as World;
const started = performance.now();
if (mode === 'plain') {
  // What any reader of this log must do at least.
  const text = await readFile(join(stateFolder, 'runs/r1/events.jsonl'), 'utf8');
  for (const line of text.split('\n')) if (line !== '') JSON.parse(line);
  console.log(performance.now() - started);
} else {
  const reader = new RunReader(world);
  await reader.read('r1');
  const store = await RunStore.open(world, 'r1', await reader.known('r1'));
  console.log(performance.now() - started);
  if (store.state.seq !== 100_000) throw new Error(`it holds ${String(store.state.seq)} events`);
  await store.close();
}
