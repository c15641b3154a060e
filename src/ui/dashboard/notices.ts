/** What is said plainly before a run starts: what the agents see, what they may do, and who pays. Pure. */
import type { AgentId } from '../../core/ids.js';
import type { AgentStatus, RepositoryFacts } from '../../core/ports.js';
import type { RunState } from '../../core/run.js';
import type { RunView } from '../../shared/protocol.js';
import { permissionNotice } from './permission.js';

type Notice = RunView['notices'][number];

/** Notices for a proposed plan; empty once the plan is in force. */
export function startNotices(state: RunState, facts: RepositoryFacts, agents: readonly AgentStatus[], inside?: string): readonly Notice[] {
  if (state.proposal === undefined || state.revision > 0) return [];
  const used = agentsOf(state);
  return [...placeNotices(facts, inside), ...checkoutNotices(facts, state), permissionNotice(state, agents), ...agentNotices(used, agents)];
}

function agentsOf(state: RunState): readonly AgentId[] {
  const tasks = state.proposal?.plan.tasks ?? [];
  const ids = tasks.map((task) => (task.agent as AgentId | undefined) ?? state.team.tiers[task.tier].agent);
  return [...new Set(ids)];
}

/** Agents and gates work from the root on, not from the folder that the person looks at. */
function placeNotices(facts: RepositoryFacts, inside: string | undefined): readonly Notice[] {
  if (inside === undefined) return [];
  return [{ kind: 'warning', text: `The repository is ${facts.root}, above the folder that is open (${inside}). Tasks, gates and landings are about the whole repository.` }];
}

function checkoutNotices(facts: RepositoryFacts, state: RunState): readonly Notice[] {
  const notices: Notice[] = [];
  if (facts.uncommitted > 0) {
    const files = facts.uncommitted === 1 ? '1 file has' : `${facts.uncommitted >= 1000 ? '1,000 or more' : String(facts.uncommitted)} files have`;
    notices.push({
      kind: 'warning',
      text: `${files} uncommitted changes. Agents start from the last commit of ${state.base.branch} and do not see them; commit first if they should. Your changes stay as they are.`,
      offer: 'source-control',
    });
  }
  if (facts.hasSubmodules) {
    notices.push({ kind: 'warning', text: 'The repository has submodules. They are not checked out in the worktrees unless the team file’s set-up does it, and a task that moves one cannot land.' });
  }
  if (facts.usesLfs) {
    notices.push({ kind: 'info', text: 'The repository uses Git LFS. Large files are fetched in each worktree when git-lfs is installed.' });
  }
  if (facts.commitsAreSigned) {
    notices.push({ kind: 'info', text: 'Your commits are signed, so landings are too. Your key may ask for its passphrase.' });
  }
  return notices;
}

function agentNotices(used: readonly AgentId[], agents: readonly AgentStatus[]): readonly Notice[] {
  const notices: Notice[] = [];
  for (const id of used) {
    const status = agents.find((each) => each.id === id);
    if (status === undefined) continue;
    if (!status.found) notices.push({ kind: 'warning', text: `${status.name} was not found. ${status.hint ?? 'Install it, or name another agent in the team file.'}` });
    else if (status.signedIn === 'no') notices.push({ kind: 'warning', text: `${status.name} is not signed in. ${status.hint ?? 'Sign in first.'}` });
    else if (status.account === 'subscription') notices.push({ kind: 'info', text: `${status.name} works on your subscription; money is shown as what the API would have cost.` });
    else if (status.account === 'api-key') notices.push({ kind: 'info', text: `${status.name} is paid by the API key in your environment.` });
  }
  return notices;
}
