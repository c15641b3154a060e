/** How an agent is worded in the native tree. Pure. */
import type { AgentView } from '../shared/protocol.js';

/** An agent that could be given work now: found, in a version that we know, and not signed out. */
export function isUsable(agent: AgentView): boolean {
  return agent.found && agent.problem === undefined && agent.signedIn !== 'no';
}

/** `2.1.329 · signed in`, or why it cannot be used. */
export function agentDetail(agent: AgentView, spent?: string): string {
  if (!agent.found) return agent.missingAt === undefined ? 'not installed' : 'not where the settings say';
  const parts = [agent.version];
  if (agent.problem !== undefined) parts.push(agent.problem);
  else if (agent.account === 'none-needed') parts.push('no account needed');
  else if (agent.signedIn === 'yes') parts.push(agent.account === 'api-key' ? 'API key' : 'signed in');
  else parts.push(agent.signedIn === 'no' ? 'not signed in' : 'sign-in unknown');
  if (agent.working > 0) parts.push(`${String(agent.working)} working`);
  if (spent !== undefined) parts.push(spent);
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** For screen readers, which see no tooltip: with what to do about an agent that cannot be used. */
export function agentLabel(agent: AgentView, spent?: string): string {
  const todo = isUsable(agent) || agent.hint === undefined ? [] : [`${agent.found && agent.problem === undefined ? 'to sign in' : 'to set up'}: ${agent.hint}`];
  return [agent.name, agentDetail(agent, spent), ...todo].join(', ');
}
