/** There is no run to show: says why, and teaches the next step. */
import type { ReactNode } from 'react';
import type { AgentView, EmptyReason, HostAction, Snapshot } from '../../src/shared/protocol.js';
import { send, useApp, app } from '../app.js';
import { Banner } from '../components/banner.js';
import { Icon } from '../components/icon.js';
import { Button } from '../components/toolkit.js';
import { RefusedRuns } from './refused.js';

interface Teaching {
  readonly icon: string;
  readonly title: string;
  readonly text: string;
  /** What was found out says more than the text, where it is known. */
  readonly told?: true;
  readonly buttons: readonly { readonly label: string; readonly icon?: string; readonly action: HostAction }[];
}

const CHECK_AGAIN = { label: 'Look for Repository Again', icon: 'refresh', action: { type: 'check-again' } } as const;

const TEACH: Readonly<Record<Exclude<EmptyReason, 'loading'>, Teaching>> = {
  'no-folder': {
    icon: 'folder-opened',
    title: 'Open a folder first',
    text: 'Switchyard works on a git repository: open the folder of one, or clone it.',
    buttons: [{ label: 'Open Folder…', icon: 'folder-opened', action: { type: 'open-folder' } }],
  },
  'no-repository': {
    icon: 'repo',
    title: 'This folder is not a git repository',
    text: 'Every agent works on its own branch in its own worktree, so a repository is needed. Making one changes none of your files.',
    buttons: [
      { label: 'Initialize Repository', icon: 'repo', action: { type: 'init-repository' } },
      { label: 'Open Another Folder…', action: { type: 'open-folder' } },
    ],
  },
  unreadable: {
    icon: 'warning',
    title: 'Git cannot use this repository',
    text: 'There is a repository here that git refuses or cannot read. Nothing was changed. Run “git status” in a terminal to see why.',
    told: true,
    buttons: [CHECK_AGAIN],
  },
  bare: {
    icon: 'repo',
    title: 'This repository has no files to work on',
    text: 'It is a bare repository. Nothing was changed. Open a clone of it.',
    told: true,
    buttons: [{ label: 'Open Another Folder…', icon: 'folder-opened', action: { type: 'open-folder' } }, CHECK_AGAIN],
  },
  'no-commit': {
    icon: 'git-commit',
    title: 'Make a first commit',
    text: 'Agents start from a commit, and this repository has none yet. Commit what you have in the Source Control view; this page goes on by itself.',
    buttons: [{ label: 'Open Source Control', icon: 'source-control', action: { type: 'open-source-control' } }, CHECK_AGAIN],
  },
  untrusted: {
    icon: 'shield',
    title: 'This workspace is not trusted',
    text: 'Switchyard starts agents, gates and git only in a workspace that you trust. Until then no process runs.',
    buttons: [{ label: 'Manage Workspace Trust', icon: 'shield', action: { type: 'trust' } }],
  },
  'git-missing': {
    icon: 'warning',
    title: 'git was not found',
    text: 'Nothing was started. Install git 2.38 or newer (https://git-scm.com/downloads), make sure that it is on PATH, then check again.',
    buttons: [CHECK_AGAIN],
  },
  'git-too-old': {
    icon: 'warning',
    title: 'git is too old',
    text: 'Switchyard merges without touching your checkout (git merge-tree --write-tree), which needs git 2.38 or newer. Update git, then check again.',
    buttons: [CHECK_AGAIN],
  },
  'no-agent': {
    icon: 'robot',
    title: 'No coding agent was found',
    text: 'Switchyard runs agents that you have: install one of these and sign in to it, then look again.',
    buttons: [
      { label: 'Refresh Agents', icon: 'refresh', action: { type: 'refresh-agents' } },
      { label: 'Open Team File', action: { type: 'open-team-file' } },
    ],
  },
  'no-plan': {
    icon: 'type-hierarchy',
    title: 'What shall be built?',
    text: 'Type a goal. A planner cuts it into tasks with clear borders; you see the plan and approve it; then each task gets its own agent, branch and worktree, and what passes your tests lands with one click.',
    buttons: [{ label: 'Decompose Task', icon: 'add', action: { type: 'decompose' } }],
  },
};

const SIGNED: Readonly<Record<AgentView['signedIn'], string>> = { yes: 'signed in', no: 'not signed in', unknown: '' };
const PAID: Readonly<Record<AgentView['account'], string>> = { subscription: 'subscription', 'api-key': 'API key', 'none-needed': '', unknown: '' };

function agentNews(agent: AgentView): string {
  if (!agent.found) return [agent.missingAt === undefined ? 'not installed' : `not at ${agent.missingAt}`, agent.hint ?? ''].filter((part) => part !== '').join(' · ');
  const parts = [agent.version ?? '', agent.account === 'none-needed' ? '' : SIGNED[agent.signedIn], PAID[agent.account], agent.problem ?? ''];
  const text = parts.filter((part) => part !== '').join(' · ');
  return agent.signedIn === 'no' && agent.hint !== undefined ? `${text}. ${agent.hint}` : text;
}

/** The CLIs that were looked for. */
function Agents({ agents }: { readonly agents: readonly AgentView[] }): ReactNode {
  if (agents.length === 0) return null;
  return (
    <section className="agents" aria-label="Agents">
      <h3>Agents</h3>
      <ul>
        {agents.map((agent) => {
          const fine = agent.found && agent.signedIn !== 'no' && agent.problem === undefined;
          return (
            <li key={agent.id}>
              <Icon
                name={fine ? 'pass' : agent.found ? 'warning' : 'circle-slash'}
                className={fine ? 'tone-ok' : agent.found ? 'tone-warning' : 'tone-off'}
                label={fine ? 'Found' : agent.found ? 'Found, with a problem' : 'Not found'}
              />
              <b>{agent.name}</b>
              <span className="muted">{agentNews(agent)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What the page says while there is no run, with the button that leads on. */
export function Empty({ snapshot, reason }: { readonly snapshot: Snapshot; readonly reason: EmptyReason }): ReactNode {
  const refusal = useApp((state) => state.refusal);
  if (reason === 'loading') return <Loading />;
  const teach = TEACH[reason];
  const earlier = snapshot.runs.filter((run) => run.refused === undefined).length;
  return (
    <main className="stage">
      {refusal === undefined ? null : (
        <Banner kind="error" onDismiss={() => app.dismissRefusal()}>
          {refusal.reason}
        </Banner>
      )}
      {snapshot.teamProblem === undefined ? null : <Banner kind="warning">{snapshot.teamProblem}</Banner>}
      <div className="stage-card">
        <p className="stage-icon">
          <Icon name={teach.icon} />
        </p>
        <h1>{teach.title}</h1>
        <p className="muted told">{teach.told === true ? (snapshot.emptyText ?? teach.text) : teach.text}</p>
        {teach.buttons.length === 0 ? null : (
          <div className="buttons">
            {teach.buttons.map((button, index) => (
              <Button key={button.label} primary={index === 0} {...(button.icon === undefined ? {} : { icon: button.icon })} onClick={() => send(`empty:${button.action.type}`, { kind: 'action', action: button.action })}>
                {button.label}
              </Button>
            ))}
          </div>
        )}
        {reason === 'no-plan' || reason === 'no-agent' ? <Agents agents={snapshot.agents} /> : null}
        <RefusedRuns runs={snapshot.runs} />
        {reason === 'no-plan' && earlier > 0 ? (
          <p>
            <button type="button" className="link" onClick={() => send('pick-run', { kind: 'action', action: { type: 'pick-run' } })}>
              <Icon name="history" /> Switch Run… ({earlier} earlier)
            </button>
          </p>
        ) : null}
      </div>
    </main>
  );
}

/** Shows after a moment only (style sheet): most answers come before anybody reads it. */
export function Loading(): ReactNode {
  return (
    <main className="stage late" aria-busy="true">
      <p className="muted">
        <Icon name="loading" spin /> Looking at the repository…
      </p>
    </main>
  );
}
