import type { Log } from '../core/ports.js';
import type { Disposable, Listen } from './api.js';

/** A private emitter behind a public `onDidX`. A listener that throws is logged and does not stop the others. */
export function emitter<T>(log: Log): { readonly event: Listen<T>; fire(value: T): void } {
  const listeners = new Set<(value: T) => void>();
  return {
    event: (listener): Disposable => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    fire: (value) => {
      for (const listener of [...listeners]) {
        try {
          listener(value);
        } catch (error) {
          log.error('A listener failed', error);
        }
      }
    },
  };
}
