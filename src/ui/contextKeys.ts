/** Context keys, set only when their value really changed. */
import * as vscode from 'vscode';
import type { ContextValues } from './contributions.js';

export interface ContextKeys {
  set<K extends keyof ContextValues>(name: K, value: ContextValues[K]): void;
}

/** Sets keys for `when` clauses; a value that is set already costs no call. */
export function createContextKeys(): ContextKeys {
  const present = new Map<string, unknown>();
  return {
    set: (name, value) => {
      if (present.get(name) === value) return;
      present.set(name, value);
      void vscode.commands.executeCommand('setContext', `switchyard.${name}`, value);
    },
  };
}
