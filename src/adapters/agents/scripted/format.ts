/** The scripted agent's input file and the lines it prints: a small format of its own, one JSON object per line. */
import type { FailureReason, Usage } from '../../../core/activity.js';
import type { Role } from '../../../core/ids.js';
import type { ScriptStep } from '../../../core/plan.js';

/** What the adapter writes into the attempt's folder. */
export interface ScriptedInput {
  readonly v: 1;
  readonly session: string;
  readonly role: Role;
  /** Absent when the task has no script. */
  readonly steps?: readonly ScriptStep[];
  /** What a retry was told. */
  readonly feedback?: string;
  /** The goal that a planner was asked to plan; `replan:` in front asks for a recorded re-plan. */
  readonly goal?: string;
}

export type ScriptedLine =
  | { readonly type: 'start'; readonly session: string }
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'tool'; readonly id: string; readonly name: string; readonly title: string; readonly path?: string }
  | { readonly type: 'tool-result'; readonly id: string; readonly ok: boolean; readonly text?: string }
  | { readonly type: 'edit'; readonly path: string; readonly change: 'added' | 'modified' | 'deleted' }
  /** Running totals by model. */
  | { readonly type: 'usage'; readonly usage: readonly Usage[] }
  | { readonly type: 'end'; readonly ok: boolean; readonly refused?: true; readonly reason?: FailureReason; readonly retryAt?: number; readonly message?: string; readonly answer?: unknown };

/** Where a repository keeps plans that the scripted agent can play as a planner. */
export const PLANS_FILE = '.switchyard/scripted-plans.json';
export const REPLAN = 'replan:';
