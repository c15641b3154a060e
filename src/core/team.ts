/** The team: who does what. The file format is `.switchyard/team.jsonc` of the headless command's contract. */
import type { Dependency } from './dependencies.js';
import type { AgentId, Permissions } from './ids.js';
import type { IsolationLevel } from './isolation.js';
import type { Tier } from './plan.js';
import type { ContainerChoice } from './ports.js';

export interface Member {
  readonly agent: AgentId;
  /** The CLI's own default when absent. */
  readonly model?: string;
}

/** Who works on a tier (or plans), and who goes on when that agent has no quota or credit left. */
export interface TierMember extends Member {
  readonly fallback?: Member;
  /** `worktree` when absent. */
  readonly isolation?: IsolationLevel;
}

export type MergeStrategy = 'merge' | 'squash' | 'integration' | 'pull-request';

export interface Limits {
  /** Agents at work at the same time. */
  readonly maxParallel: number;
  readonly gateParallel: number;
  /** Attempts after the first that a red gate may cost. */
  readonly retries: number;
  readonly attemptMinutes: number;
  readonly idleMinutes: number;
  /** Also the limit of the set-up commands. */
  readonly gateMinutes: number;
  /** A red gate command is run once more, clean, before the agent is blamed; absent means yes. */
  readonly flakyRerun?: boolean;
  /** Dollars for the whole run; absent means no limit. */
  readonly runUsd?: number;
  /** Dollars for one task; absent means no limit. */
  readonly taskUsd?: number;
  /** Lines of unreviewed change that may wait for a person. */
  readonly reviewLines?: number;
  /** Gigabytes (10^9 bytes) that must stay free for a new worktree to be made; absent means `MIN_FREE_GB`, 0 none. */
  readonly minFreeGb?: number;
}

export const MIN_FREE_GB = 2;


/** A team with every default filled in. Recorded in the run, so that a run does not change under its feet. */
export interface Team {
  readonly planner: TierMember;
  readonly tiers: Readonly<Record<Tier, TierMember>>;
  readonly reviewer: Member | null;
  readonly permissions: Exclude<Permissions, 'read-only'>;
  readonly setup: readonly string[];
  /** Folders that a new worktree gets from the checkout, before `setup`; absent: none. */
  readonly dependencies?: readonly Dependency[];
  readonly gate: readonly string[];
  readonly merge: MergeStrategy;
  readonly limits: Limits;
  /** Of sandboxed tasks; agents need the network for their models, so it is on unless the file says no. */
  readonly sandbox?: { readonly network: boolean };
  /** What containers are made from, and whether they have a network. */
  readonly container?: Omit<ContainerChoice, 'devcontainer'> & { readonly network: boolean };
  readonly environment: { readonly pass: readonly string[] };
}

const GIB = 2 ** 30;

/**
 * Agents at work at the same time where nobody says how many: an agent mostly waits for its model, so what bounds it is
 * memory (an agent CLI with what it runs takes one to two gigabytes). Never below 4; more than 8 nobody can review.
 */
export function parallelFor(memoryBytes: number): number {
  return Math.min(8, Math.max(4, Math.round(memoryBytes / (2 * GIB))));
}

/** Of a machine with little memory; see `parallelFor`. */
export const DEFAULT_LIMITS: Limits = {
  maxParallel: 4,
  gateParallel: 1,
  retries: 2,
  attemptMinutes: 30,
  idleMinutes: 5,
  gateMinutes: 15,
};
