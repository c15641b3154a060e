/** A commented team file to begin with, from the agents that are there. Pure. */
import type { AgentStatus } from '../core/ports.js';
import type { Team } from '../core/team.js';
import { DEFAULT_LIMITS } from '../core/team.js';

/** A team file with comments (JSONC) that says what holds now, so that writing it changes nothing. */
export function defaultTeamFile(team: Team, agents: readonly AgentStatus[]): string {
  const member = (found: { readonly agent: string; readonly model?: string }): string =>
    `{ "agent": ${JSON.stringify(found.agent)}${found.model === undefined ? '' : `, "model": ${JSON.stringify(found.model)}`} }`;
  const found = agents.filter((agent) => agent.found).map((agent) => `${agent.id}${agent.version === undefined ? '' : ` ${agent.version}`}`);
  const limits = DEFAULT_LIMITS;
  return `// The team: who plans, who works on which tier of task, and within which limits. Commit this file.
// Everything is optional; unknown keys are errors. Found on this machine: ${found.length === 0 ? 'no agent' : found.join(', ')}.
{
  "version": 1,

  // Decomposes the goal. A "model" is optional everywhere; without it the agent's own default is used.
  "planner": ${member(team.planner)},

  // What a task needs, decided by the planner and editable before you approve.
  "tiers": {
    "fast": ${member(team.tiers.fast)},
    "standard": ${member(team.tiers.standard)},
    "deep": ${member(team.tiers.deep)}
  },

  // edit: change files only. edit-and-run: also run commands, which start in the worktree. full: anything; asks you once.
  "permissions": ${JSON.stringify(team.permissions)},

  // Commands for every new worktree, for example ["npm ci"].
  "setup": ${JSON.stringify(team.setup)},

  // The gate of tasks that name none, for example ["npm test"].
  "gate": ${JSON.stringify(team.gate)},

  // merge (a merge commit per task), squash, integration (a branch of the run, landed as a whole) or pull-request (by gh).
  "merge": "merge",

  "limits": {
    // "maxParallel": 4, agents at work at the same time; by the machine's memory (4 to 8) where nothing is said
    "gateParallel": ${String(limits.gateParallel)}, // gates at the same time
    "retries": ${String(limits.retries)}, // attempts after the first that a red gate may cost
    "attemptMinutes": ${String(limits.attemptMinutes)},
    "idleMinutes": ${String(limits.idleMinutes)} // an agent that says nothing for so long is stopped
    // "runUsd": 8, "taskUsd": 2
  },

  // Names of environment variables that agents and gates may see, beside the usual ones.
  "environment": { "pass": [] }
}
`;
}
