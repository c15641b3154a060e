/** The agents Switchyard knows how to run. */
export type AgentId = 'claude' | 'codex' | 'gemini' | 'opencode' | 'scripted';
export const AGENT_IDS: readonly AgentId[] = ['claude', 'codex', 'gemini', 'opencode', 'scripted'];

/** One of the agents that there is an adapter for. */
export function isAgentId(value: string): value is AgentId {
  return (AGENT_IDS as readonly string[]).includes(value);
}

export type Role = 'planner' | 'executor' | 'reviewer';
export type Permissions = 'read-only' | 'edit' | 'edit-and-run' | 'full';
