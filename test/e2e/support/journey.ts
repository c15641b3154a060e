/** A suite that is one story: its steps share a stage, run in order, and none is tried after one has failed. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { openStage, type Stage, type StageOptions } from './stage.js';

export interface Journey {
  readonly step: (what: string, act: (stage: Stage) => Promise<void>) => void;
}

export function journey(suite: string, options: StageOptions, tell: (story: Journey) => void): void {
  describe(suite, () => {
    let stage: Stage | undefined;
    let failed: string | undefined;
    beforeAll(async () => {
      stage = await openStage(suite, options);
    });
    afterAll(async () => {
      await stage?.close();
    });
    tell({
      step: (what, act) => {
        test(what, async () => {
          if (failed !== undefined) throw new Error(`Not reached, because this failed: ${failed}`);
          if (stage === undefined) throw new Error('There is no stage.');
          try {
            await act(stage);
          } catch (error) {
            failed = what;
            await stage.picture('FAILED').catch(() => undefined);
            throw error;
          }
        });
      },
    });
  });
}
