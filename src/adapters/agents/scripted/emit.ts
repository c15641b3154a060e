/**
 * Prints lines without `process.stdout`, whose set-up costs a noticeable part of so small a program's life. One write
 * at a time; what is said meanwhile goes with the next.
 */
import { write } from 'node:fs';
import type { ScriptedLine } from './format.js';

let queue = '';
let busy = false;
let idle: (() => void)[] = [];

function put(bytes: Buffer, from: number): void {
  write(1, bytes, from, bytes.length - from, null, (error, written) => {
    // A reader that is gone hears no more; the steps still go on.
    if (error === null && from + written < bytes.length) put(bytes, from + written);
    else next();
  });
}

function next(): void {
  busy = queue !== '';
  if (!busy) {
    for (const done of idle) done();
    idle = [];
    return;
  }
  const bytes = Buffer.from(queue);
  queue = '';
  put(bytes, 0);
}

/** Queues a line of the stream for standard output; lines of one turn of the event loop are written together. */
export function emit(line: ScriptedLine): void {
  queue += `${JSON.stringify(line)}\n`;
  if (busy) return;
  busy = true;
  // After this turn, so that the lines of one moment share one write.
  queueMicrotask(next);
}

/** Resolves when everything is printed. */
export function flushed(): Promise<void> {
  return busy ? new Promise((resolve) => idle.push(resolve)) : Promise.resolve();
}
