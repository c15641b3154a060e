/** What is kept up to date beside the run, from the first time that somebody asks: the forecast of conflicts and the sizes on the disk. */
import type { ActivityLine } from '../core/activity.js';
import type { DiskUse } from '../core/disk.js';
import type { Forecast } from '../core/ports.js';
import type { RunState } from '../core/run.js';
import type { AttemptRef, Listen } from './api.js';
import type { Look } from './backups.js';
import { liveDisk } from './disk.js';
import type { LiveDisk } from './disk.js';
import { liveForecast } from './forecast.js';
import type { LiveForecast } from './forecast.js';
import type { World } from './world.js';

export interface LiveOptions {
  readonly shown: () => RunState | undefined;
  readonly ids: () => Promise<readonly string[]>;
  readonly look: Look;
  readonly changed: { readonly event: Listen<void>; readonly fire: () => void };
  readonly activity: Listen<{ readonly ref: AttemptRef; readonly lines: readonly ActivityLine[] }>;
}

export class Live {
  readonly #world: World;
  readonly #options: LiveOptions;
  #forecast: LiveForecast | undefined;
  #disk: LiveDisk | undefined;

  constructor(world: World, options: LiveOptions) {
    this.#world = world;
    this.#options = options;
  }

  /** The last forecast; `undefined` until the first is computed. */
  forecast(): Forecast | undefined {
    return (this.#forecast ??= this.#beginForecast()).present;
  }

  /** The last measuring; `undefined` until the first is done. */
  disk(): DiskUse | undefined {
    return (this.#disk ??= this.#beginDisk()).present;
  }

  async close(): Promise<void> {
    await this.#forecast?.close();
    await this.#disk?.close();
  }

  #beginForecast(): LiveForecast {
    const { shown, changed, activity } = this.#options;
    const live = liveForecast(this.#world, shown, changed.fire);
    changed.event(() => live.noticed());
    activity(({ ref, lines }) => {
      if (ref.run === shown()?.run && lines.some((line) => line.type === 'edit')) live.edited(ref.task);
    });
    live.noticed();
    return live;
  }

  #beginDisk(): LiveDisk {
    const { shown, ids, look, changed } = this.#options;
    const live = liveDisk(this.#world, { shown, ids, look, changed: changed.fire });
    changed.event(() => live.noticed());
    live.noticed();
    return live;
  }
}
