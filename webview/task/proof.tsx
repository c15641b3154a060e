import type { ReactNode } from 'react';
import type { GateView, TaskView } from '../../src/shared/protocol.js';
import { Icon } from '../components/icon.js';
import { count, duration } from '../format.js';

interface GateLook {
  readonly icon: string;
  readonly tone: string;
  readonly text: string;
  /** Beside “Attempt 1”. */
  readonly short: string;
}

const GATE: Readonly<Record<GateView['state'], GateLook>> = {
  running: { icon: 'beaker', tone: 'on', text: 'Gate runs on the merged result', short: 'running' },
  green: { icon: 'pass', tone: 'ok', text: 'Gate passed on the merged result', short: 'passed' },
  red: { icon: 'error', tone: 'bad', text: 'Gate failed on the merged result', short: 'failed' },
  unproven: { icon: 'question', tone: 'warning', text: 'Unproven: the gate proves too little', short: 'unproven' },
  'broken-on-base': { icon: 'warning', tone: 'warning', text: 'Gate fails on the untouched base too', short: 'fails on the base too' },
};

/** How a gate's state looks and reads. */
export function gateLook(state: GateView['state']): GateLook {
  return GATE[state];
}

/** A command of it was red once and passed when it was run again on the same tree. */
export function isFlaky(gate: GateView): boolean {
  return gate.state === 'green' && gate.commands.some((command) => command.earlier !== undefined);
}

/** What is proven about the changes; only what was checked. */
export function Proof({ task }: { readonly task: TaskView }): ReactNode {
  const gate = task.gates.at(-1);
  if (gate === undefined && !task.boundaryChecked) return null;
  const inside = task.violations.length === 0;
  return (
    <ul className="proof">
      {gate === undefined ? null : (
        <li>
          <Icon name={GATE[gate.state].icon} className={`tone-${GATE[gate.state].tone}`} />
          <span>{GATE[gate.state].text}</span>
          <span className="muted num">
            {count(gate.of, 'command')}
            {gate.endedAt === undefined ? '' : ` · ${duration(gate.endedAt - gate.startedAt)}`}
          </span>
        </li>
      )}
      {gate !== undefined && isFlaky(gate) ? (
        <li>
          <Icon name="warning" className="tone-warning" />
          <span>Flaky: red once, passed on a clean re-run</span>
        </li>
      ) : null}
      {gate?.changesJudge === undefined ? null : (
        <li>
          <Icon name="law" className="tone-warning" />
          <span>Changes how it is judged</span>
          <span className="muted cut" title={gate.changesJudge.join(', ')}>
            {gate.changesJudge.join(', ')}
          </span>
        </li>
      )}
      {task.boundaryChecked ? (
        <li>
          <Icon name={inside ? 'pass' : 'warning'} className={inside ? 'tone-ok' : 'tone-warning'} />
          <span>{inside ? 'Stayed inside its contract' : `Changed ${count(task.violations.length, 'path')} outside its contract`}</span>
          <span className="muted cut">{task.contract.owns.join(', ')}</span>
        </li>
      ) : null}
    </ul>
  );
}
