import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { oneAtATime } from '../../src/adapters/follow.js';

/** Bytes of the heap that are in use after everything unreachable was let go. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe('one at a time', () => {
  it('runs once more for what was asked while it ran, however often', async () => {
    let runs = 0;
    let finish: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (finish = resolve));
    const ask = oneAtATime(async () => {
      runs += 1;
      if (runs === 1) {
        ask();
        ask();
      } else finish();
      await Promise.resolve();
    });
    ask();
    await over;
    await new Promise(setImmediate);
    expect(runs).toBe(2);
  });

  it('keeps nothing of earlier runs while it is asked without a pause', async () => {
    const RUNS = 200_000;
    let runs = 0;
    let before = 0;
    const grown = await new Promise<number>((resolve) => {
      const ask = oneAtATime(async () => {
        runs += 1;
        if (runs === 1) before = heapInUse();
        if (runs < RUNS) ask();
        else resolve(heapInUse() - before);
        await Promise.resolve();
      });
      ask();
    });
    // A kept run is several hundred bytes.
    expect(grown / RUNS).toBeLessThan(50);
  });
});
