/** The selected task: what to do about it, and everything that is known of it in five tabs. */
import { useRef, type ReactNode } from 'react';
import { attemptWords } from '../../src/core/attemptWords.js';
import { hasStarted, STATE_WORDS } from '../../src/core/task.js';
import type { RunView, TaskView } from '../../src/shared/protocol.js';
import { app, useApp, useWorking } from '../app.js';
import { Boundary } from '../components/boundary.js';
import { Composer } from '../components/composer.js';
import { TaskIcon } from '../components/icon.js';
import { MenuButton } from '../components/menu.js';
import { panelId, tabId, Tabs, type TabSpec } from '../components/tabs.js';
import { Badge, Button } from '../components/toolkit.js';
import { useWidth } from '../components/width.js';
import { agentText } from '../format.js';
import { PlanTask } from '../plan/planTask.js';
import { isUndone } from '../states.js';
import type { Tab } from '../viewState.js';
import { perform, actItems } from './acting.js';
import { actsOf, type Act } from './actions.js';
import { Activity } from './activity.js';
import { CloseInspector } from './close.js';
import { Diff, DiffFoot } from './diff.js';
import { GateTab } from './gate.js';
import { Overview } from './overview.js';
import { TaskBill } from './taskBill.js';

/** How many buttons fit beside "…": the longest labels take about 130 pixels. */
const fitting = (width: number): number => (width < 440 ? 2 : width < 560 ? 3 : 4);

/** Below it two long labels fit only without their icons. */
const TIGHT = 360;

function ActButton({ act, primary }: { readonly act: Act; readonly primary: boolean }): ReactNode {
  const busy = useWorking(act.key);
  return (
    <Button primary={primary} icon={act.icon} busy={busy} title={act.title} onClick={() => perform(act)} testId={`act-${act.id}`}>
      {act.label}
    </Button>
  );
}

function Acts({ run, task, tab }: { readonly run: RunView; readonly task: TaskView; readonly tab: Tab }): ReactNode {
  const acts = actsOf(run, task).filter((act) => !isElsewhere(act, task, tab));
  return acts.length === 0 ? null : <ActRow task={task} acts={acts} />;
}

/** Buttons that stand in another place of the panel: the foot has two, and the overview shows stray changes with their choices. */
function isElsewhere({ id }: Act, task: TaskView, tab: Tab): boolean {
  // Nobody lands what nothing proved without having been offered a look first.
  if (id === 'review') return task.why?.kind !== 'unproven';
  return id === 'try-it' || (id === 'stray-changes' && tab === 'overview');
}

/** A person is asked for this very thing; while stray changes wait for a choice, for that one. */
function isAsked(task: TaskView, act: Act): boolean {
  if (act.id === 'approve' && task.leaks?.some((leak) => leak.certainty === 'certain') === true) return false;
  return task.state === 'ready' || task.state === 'needs-you';
}

function ActRow({ task, acts }: { readonly task: TaskView; readonly acts: readonly Act[] }): ReactNode {
  const row = useRef<HTMLDivElement>(null);
  const width = useWidth(row);
  const main = acts.filter((act) => act.id !== 'drop').slice(0, fitting(width));
  const rest = acts.filter((act) => !main.includes(act));
  return (
    <div ref={row} className={`acts ${width < TIGHT && main.reduce((total, act) => total + act.label.length, 0) > 24 ? 'tight' : ''}`} role="group" aria-label="Actions">
      {main.map((act, index) => (
        <ActButton key={act.id} act={act} primary={index === 0 && isAsked(task, act)} />
      ))}
      {rest.length === 0 ? null : <MenuButton items={actItems(rest)} label="More Actions" />}
    </div>
  );
}

function subTitle(task: TaskView): string {
  return [
    isUndone(task) ? 'Undone' : STATE_WORDS[task.state],
    agentText(task.agent, task.model),
    attemptWords(task.attempts, task.maxAttempts),
    task.branch ?? '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function tabsOf(task: TaskView): readonly TabSpec<Tab>[] {
  return [
    { id: 'overview', label: 'Overview' },
    { id: 'activity', label: 'Activity' },
    { id: 'diff', label: 'Diff', ...(task.files.length === 0 ? {} : { extra: <Badge>{task.files.length}</Badge> }) },
    { id: 'gate', label: 'Gate' },
    { id: 'bill', label: 'Bill' },
  ];
}

function Panel({ run, task, tab }: { readonly run: RunView; readonly task: TaskView; readonly tab: Tab }): ReactNode {
  switch (tab) {
    case 'overview':
      return <Overview run={run} task={task} />;
    case 'activity':
      return <Activity key={task.id} task={task} />;
    case 'diff':
      return <Diff key={task.id} task={task} />;
    case 'gate':
      return <GateTab key={task.id} task={task} />;
    case 'bill':
      return <TaskBill run={run} task={task} />;
  }
}

/** The tabs of the selected task; a task that is only proposed has its own inspector. */
export function Inspector({ run, task }: { readonly run: RunView; readonly task: TaskView }): ReactNode {
  const tab = useApp((state) => state.tab);
  if (run.phase === 'proposed' && !hasStarted(task)) return <PlanTask run={run} task={task} />;
  return (
    <aside className="inspector" aria-label="Task">
      <header className="inspector-head">
        <div className="title-row">
          <TaskIcon task={task} />
          <h2 tabIndex={-1} data-inspector-title>
            {task.title}
          </h2>
          <CloseInspector />
        </div>
        <p className="sub cut" title={subTitle(task)}>
          {subTitle(task)}
        </p>
        <Acts run={run} task={task} tab={tab} />
        <Composer run={run} task={task.id} />
      </header>
      <Tabs tabs={tabsOf(task)} chosen={tab} onChoose={(next) => app.set({ tab: next })} label="About this task" name="task" />
      <div className="panel" role="tabpanel" id={panelId('task')} aria-labelledby={tabId('task', tab)}>
        <Boundary key={`${task.id}:${tab}`} what="This tab">
          <Panel run={run} task={task} tab={tab} />
        </Boundary>
      </div>
      <DiffFoot task={task} />
    </aside>
  );
}
