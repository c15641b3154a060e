/** The output channel: everything that goes wrong leaves a trace here, and *Show Log* opens it. */
import * as vscode from 'vscode';
import type { Log } from '../core/ports.js';
import type { Disposable } from './disposables.js';

export interface UiLog extends Log, Disposable {
  show(): void;
}

/** The output channel. Errors are shown with their stack there, and nowhere else. */
export function createLog(): UiLog {
  const channel = vscode.window.createOutputChannel('Switchyard', { log: true });
  return {
    info: (message) => channel.info(message),
    warn: (message) => channel.warn(message),
    error: (message, cause) => {
      if (cause === undefined) channel.error(message);
      else channel.error(`${message}: ${describe(cause)}`);
    },
    show: () => channel.show(true),
    dispose: () => channel.dispose(),
  };
}

/** An error for the log: with its stack, and with what caused it. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\n  caused by ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

/** An error for people: its message only. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
