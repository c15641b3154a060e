/** Which paths were saved when; a folder stands for everything in it. Pure but for the clock it is given. */
import type { Saves } from '../core/ports.js';

/** More than a person saves while agents run; the oldest are forgotten. */
const KEPT = 5_000;

/** When each path was last saved in this editor, in milliseconds since the epoch; the oldest are forgotten. */
export function rememberSaves(now: () => number): Saves & { note(path: string): void } {
  const at = new Map<string, number>();
  return {
    note: (path) => {
      const key = unified(path);
      // Again at the end: the map keeps its order, and its first is the oldest.
      at.delete(key);
      at.set(key, now());
      const [oldest] = at.keys();
      if (at.size > KEPT && oldest !== undefined) at.delete(oldest);
    },
    since: (path, ms) => {
      for (let key = unified(path); key !== ''; key = key.slice(0, Math.max(0, key.lastIndexOf('/')))) {
        if ((at.get(key) ?? -Infinity) >= ms && at.has(key)) return true;
      }
      return false;
    },
  };
}

function unified(path: string): string {
  return path.replaceAll('\\', '/').replace(/(?<=.)\/+$/, '');
}
