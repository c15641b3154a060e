/**
 * The plan: what a planner agent (or a person) proposes and a run executes.
 * Shapes are the `plan.json` format of the headless command; they are extended, never changed.
 */
import type { FailureReason } from './activity.js';
import type { IsolationLevel } from './isolation.js';

/** What a task needs from its agent; the team file maps a tier to an agent and a model. */
export type Tier = 'fast' | 'standard' | 'deep';
export const TIERS: readonly Tier[] = ['fast', 'standard', 'deep'];

/** What a task may change, must not touch, must deliver and how it is checked. */
export interface Contract {
  /** Globs relative to the repository root; empty allows nothing. */
  readonly owns: readonly string[];
  /** Globs that win over `owns`. */
  readonly offLimits: readonly string[];
  /** Sentences a reviewer can check. */
  readonly acceptance: readonly string[];
  /** Command lines, run by Switchyard in order, judged by exit code. */
  readonly gate: readonly string[];
}

/** One step of the scripted agent, told by its key. */
export type ScriptStep =
  | { readonly write: { readonly path: string; readonly text: string } }
  | { readonly append: { readonly path: string; readonly text: string } }
  | { readonly delete: { readonly path: string } }
  | { readonly rename: { readonly from: string; readonly to: string } }
  | { readonly symlink: { readonly path: string; readonly target: string } }
  | { readonly chmod: { readonly path: string; readonly mode: string } }
  | { readonly run: readonly string[] }
  /** `times`: said so often, once in `everyMs` milliseconds, with `{n}` counted from 1 and `{at}` the moment (milliseconds since 1970). */
  | { readonly say: string; readonly times?: number; readonly everyMs?: number }
  | { readonly sleepMs: number }
  | {
      readonly usage: {
        readonly model: string;
        readonly inputTokens: number;
        readonly cachedInputTokens?: number;
        readonly outputTokens: number;
      };
    }
  /** Ends the attempt as a CLI would with this trouble; `retryAfterMs`: it says for how long to wait. */
  | { readonly fail: { readonly reason: FailureReason; readonly message?: string; readonly retryAfterMs?: number } }
  | { readonly exit: number }
  | { readonly hang: true };

/** The scripted agent's steps: the same for every attempt, or a list per attempt (the last one repeats). */
export type Script = readonly ScriptStep[] | { readonly attempts: readonly (readonly ScriptStep[])[] };

export interface Task {
  /** `^[a-z0-9][a-z0-9-]{0,39}$`, unique in the plan. */
  readonly id: string;
  readonly title: string;
  /** What the agent is told, beside the contract. */
  readonly instructions: string;
  readonly dependsOn: readonly string[];
  readonly contract: Contract;
  readonly tier: Tier;
  /** Overrides the team file. */
  readonly agent?: string;
  /** Overrides the team file. */
  readonly model?: string;
  /** Only for the scripted agent. */
  readonly script?: Script;
  /** More than its tier's; never less. */
  readonly isolation?: IsolationLevel;
}

export interface Plan {
  readonly version: 1;
  readonly goal: string;
  /** A branch; the default is the one that is checked out. */
  readonly base?: string;
  readonly tasks: readonly Task[];
  /** The planner's remark to the person, e.g. that the goal is one sequential task that needs no team. */
  readonly note?: string;
}

export type ProblemCode =
  | 'schema'
  | 'bad-id'
  | 'duplicate-id'
  | 'unknown-dependency'
  | 'self-dependency'
  | 'cycle'
  | 'bad-glob'
  | 'empty-owns'
  | 'no-gate'
  | 'overlap'
  | 'unowned';

export interface Problem {
  readonly code: ProblemCode;
  /** `error` where absent. */
  readonly severity?: 'warning';
  readonly tasks: readonly string[];
  /** A sentence for people; it names the task and the field. */
  readonly message: string;
  /** Where in the file, for `schema`, e.g. `tasks[0].contract.gate[1]`; empty for the whole. */
  readonly place?: string;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly why: 'depends' | 'overlap';
}

/** What `switchyard check --json` prints. */
export interface PlanCheck {
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  readonly edges: readonly Edge[];
  readonly levels: readonly (readonly string[])[];
}
