/** What the agents of a proposed plan may do, and what really holds them to it. Pure. */
import type { AgentId } from '../../core/ids.js';
import { isolationOf } from '../../core/isolation.js';
import { ownMember } from '../../core/member.js';
import type { AgentStatus } from '../../core/ports.js';
import type { RunState } from '../../core/run.js';
import type { RunView } from '../../shared/protocol.js';

type Notice = RunView['notices'][number];

/** Agents by what keeps a command of theirs from writing elsewhere; one may stand in several, by different tasks. */
interface Confinement {
  readonly isolated: ReadonlySet<string>;
  /** Only Codex brings a sandbox of its own; `full` switches it off. */
  readonly own: ReadonlySet<string>;
  readonly free: ReadonlySet<string>;
}

/** Starting in a worktree is no confinement: a command leaves it with one `cd`. */
export function permissionNotice(state: RunState, agents: readonly AgentStatus[]): Notice {
  const { isolated, own, free } = confinement(state, agents);
  const level = state.team.permissions;
  if (level === 'full') {
    const open = [...own, ...free];
    if (open.length === 0 && isolated.size > 0) return { kind: 'warning', text: 'The team file gives agents full permission: within the isolation of their tasks they may do anything without asking.' };
    const kept = isolated.size > 0 ? ' Only tasks with an “isolation” are confined.' : '';
    return { kind: 'warning', text: `The team file gives agents full permission: they may do anything on this machine that you may, without asking.${kept}` };
  }
  if (level === 'edit') {
    const codex = own.size > 0 ? ` ${listed([...own])} edits by commands: its own sandbox keeps what they write inside its worktree.` : '';
    return { kind: 'info', text: `Agents may edit files in their own worktree and run no commands, or only such that read.${codex}` };
  }
  const parts = ['Agents may edit files and run commands.'];
  if (isolated.size > 0) parts.push(`The isolation in the team file or the plan keeps what ${free.size + own.size === 0 ? 'they write' : `${listed([...isolated])} ${isolated.size === 1 ? 'writes' : 'write'} in such tasks`} to the worktree, temporary files and caches.`);
  if (own.size > 0) parts.push(`${listed([...own])} keeps its commands inside its worktree by its own sandbox.`);
  if (free.size > 0) parts.push(`Nothing keeps commands of ${listed([...free])} inside the worktree: what they change in your checkout or another task’s worktree is noticed afterwards, elsewhere it is not. “isolation” in the team file confines them.`);
  return { kind: 'info', text: parts.join(' ') };
}

function confinement(state: RunState, agents: readonly AgentStatus[]): Confinement {
  const found = { isolated: new Set<string>(), own: new Set<string>(), free: new Set<string>() };
  for (const task of state.proposal?.plan.tasks ?? []) {
    const { agent } = ownMember(state, task);
    const kind = isolationOf(state, { task }) !== 'worktree' ? 'isolated' : agent === 'codex' ? 'own' : 'free';
    found[kind].add(nameOf(agent, agents));
  }
  return found;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

function nameOf(id: AgentId, agents: readonly AgentStatus[]): string {
  return agents.find((each) => each.id === id)?.name ?? id;
}
