/**
 * `stayBehind.js {"word":…,"directory":…,"comesBackMs":…}`: started by a window that closes and whose agents are to stop with
 * it. It waits for a window to come back, which takes the word away (a reload); when none does, it stops every agent of the
 * repository and ends.
 */
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readText } from './adapters/disk.js';
import { watchFolder } from './adapters/follow.js';
import { headlessLauncher } from './adapters/runner/launch.js';
import { stopRuns } from './engine/leaving.js';

interface Order {
  /** The file of the word that was left. */
  readonly word: string;
  readonly directory: string;
  readonly comesBackMs: number;
}

/** Resolves to true as soon as the word is gone or another one's, to false when it still stands after so long. */
function comesBack({ word, comesBackMs }: Order): Promise<boolean> {
  return new Promise((resolve) => {
    let ours: string | undefined;
    const finish = (back: boolean): void => {
      clearTimeout(timer);
      unwatch();
      resolve(back);
    };
    const timer = setTimeout(() => finish(false), comesBackMs);
    const look = async (): Promise<void> => {
      const text = await readText(word);
      if (text === undefined || (ours !== undefined && text !== ours)) finish(true);
      else ours = text;
    };
    const unwatch = watchFolder(dirname(word), (name) => (name === undefined || name === basename(word)) && void look().catch(() => finish(true)));
  });
}

async function stopAgents({ directory }: Order): Promise<void> {
  const { openSession } = await import('./compose.js');
  const say = (): void => undefined;
  const opened = await openSession({
    directory,
    environment: process.env,
    launch: headlessLauncher(),
    programs: { node: process.execPath, runner: join(__dirname, 'runner.js'), scripted: join(__dirname, 'scripted.js') },
    label: 'the window that was closed, which stops its agents,',
    mode: 'writer',
    log: { info: say, warn: say, error: say },
  });
  if (!opened.ok) return;
  const { session } = opened;
  // Somebody else holds it and runs its agents now.
  if (session.heldBy === undefined) await stopRuns(session);
  await session.close({ stopAgents: false });
}

async function main(order: Order): Promise<void> {
  if (await comesBack(order)) return;
  const taken = `${order.word}.${String(process.pid)}`;
  // A window that comes at this very moment takes it away as well: one of both finds it.
  const mine = await rename(order.word, taken).then(() => true, () => false);
  if (!mine) return;
  await rm(taken, { force: true });
  await stopAgents(order);
}

main(JSON.parse(process.argv[2] ?? '{}') as Order).then(
  () => process.exit(0),
  () => process.exit(1),
);
