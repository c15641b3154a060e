/** Typed reading of the settings that the manifest declares. */
import * as vscode from 'vscode';
import type { AgentId } from '../core/ids.js';
import type { SettingValues } from './contributions.js';
import { SETTINGS } from './contributions.js';

/** A setting's value for a folder, or for the window; its default where nobody set it. */
export function setting<K extends keyof SettingValues>(name: K, scope?: vscode.Uri): SettingValues[K] {
  return vscode.workspace.getConfiguration('switchyard', scope ?? null).get<SettingValues[K]>(name, SETTINGS[name]);
}

/** Executables that the person named, for agents that are not on the PATH. */
export function executables(): Partial<Record<AgentId, string>> {
  const named: Partial<Record<AgentId, string>> = {};
  for (const agent of ['claude', 'codex', 'gemini', 'opencode'] as const) {
    const path = setting(`executables.${agent}`).trim();
    if (path !== '') named[agent] = path;
  }
  return named;
}

/** Changes of these take effect when the repository is opened anew. */
export function needsReopening(event: vscode.ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration('switchyard.executables') || event.affectsConfiguration('switchyard.worktreesFolder');
}
