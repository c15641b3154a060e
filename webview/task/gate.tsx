import { useMemo, useState, type ReactNode } from 'react';
import { fromFailure } from '../../src/core/failureLine.js';
import type { GateCommandView, GateView, TaskView } from '../../src/shared/protocol.js';
import { app, useAnswer } from '../app.js';
import { AnsiLine, ansiLines } from '../components/ansiText.js';
import { Icon } from '../components/icon.js';
import { Lines } from '../components/lines.js';
import { Words } from '../components/prose.js';
import { clock, count, duration } from '../format.js';
import { useNow } from '../time.js';
import { gateLook, isFlaky } from './proof.js';
import { Receipt } from './receipt.js';

/** `most`: how high it may be, in CSS pixels. */
function Output({ text, label, most = 280 }: { readonly text: string; readonly label: string; readonly most?: number }): ReactNode {
  const lines = useMemo(() => ansiLines(text), [text]);
  return (
    <Lines
      className="code output"
      count={lines.length}
      height={17}
      most={most}
      label={label}
      render={(index) => (
        <div className="output-line">
          <AnsiLine spans={lines[index] ?? []} />
        </div>
      )}
    />
  );
}

/** `bare`: its output is shown elsewhere. */
function Command({ command, bare }: { readonly command: GateCommandView; readonly bare: boolean }): ReactNode {
  const ok = command.exitCode === 0 && !command.timedOut && command.overflowed === undefined;
  // It ended well and tested nothing.
  const hollow = ok && command.tests === 0;
  // Of a flaky command both outputs are the point.
  const [open, setOpen] = useState(!ok || command.earlier !== undefined);
  const ending = command.timedOut ? 'time limit' : command.overflowed ? 'endless output' : command.exitCode === null ? 'killed' : `exit ${command.exitCode}`;
  return (
    <li className="gate-command">
      <button type="button" className="gate-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'chevron-down' : 'chevron-right'} />
        <Icon name={hollow ? 'question' : ok ? 'pass' : 'error'} className={hollow ? 'tone-warning' : ok ? 'tone-ok' : 'tone-bad'} label={hollow ? 'Passed without a test' : ok ? 'Passed' : 'Failed'} />
        <code className="cut" title={command.command}>
          {command.command}
        </code>
        <span className="muted num end">
          {command.earlier === undefined ? '' : ok ? 'flaky · ' : 'red twice · '}
          {command.tests === undefined ? '' : hollow ? 'no tests · ' : `${count(command.tests, 'test')} · `}
          {ending} · {duration(command.ms)}
        </span>
      </button>
      {!open || bare ? null : command.tail === '' ? <p className="muted quiet">It printed nothing.</p> : <Output text={ok ? command.tail : fromFailure(command.tail)} label={`Output of ${command.command}`} />}
      {open && !bare && command.earlier !== undefined ? (
        <>
          <p className="muted quiet">
            Its first run, on the same tree, {command.earlier.exitCode === null ? 'was killed' : `ended with exit ${command.earlier.exitCode}`} after {duration(command.earlier.ms)}:
          </p>
          <Output text={command.earlier.tail} label={`First output of ${command.command}`} />
        </>
      ) : null}
    </li>
  );
}

function Whole({ task, attempt }: { readonly task: string; readonly attempt: number }): ReactNode {
  const loaded = useAnswer(`${task}#${attempt}`, () => app.host.gateOutput(task, attempt));
  if (loaded.state === 'loading') return <p className="muted">Reading…</p>;
  if (!loaded.ok) {
    return (
      <p className="note error" role="alert">
        {loaded.reason}
      </p>
    );
  }
  return loaded.value === '' ? <p className="muted">It printed nothing.</p> : <Output text={loaded.value} label={`Whole output of attempt ${attempt}`} most={520} />;
}

function Gate({ task, gate, latest }: { readonly task: TaskView; readonly gate: GateView; readonly latest: boolean }): ReactNode {
  const running = gate.state === 'running';
  const now = useNow(running);
  const [open, setOpen] = useState(latest);
  const [whole, setWhole] = useState(false);
  const look = gateLook(gate.state);
  const next = running ? task.contract.gate[gate.commands.length] : undefined;
  return (
    <section className="gate" aria-label={`Gate of attempt ${gate.attempt}`}>
      <h3>
        <button type="button" className="gate-head" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? 'chevron-down' : 'chevron-right'} />
          <Icon name={look.icon} className={`tone-${look.tone}`} />
          <span className="cut">
            Attempt {gate.attempt}{' '}
            <span className="muted">
              · {look.short}
              {isFlaky(gate) ? ', flaky' : ''}
            </span>
          </span>
          <span className="muted num end">{gate.endedAt === undefined ? clock(now - gate.startedAt) : duration(gate.endedAt - gate.startedAt)}</span>
        </button>
      </h3>
      {!open ? null : (
        <>
          {gate.note === undefined ? null : <p className="prose">
              <Words text={gate.note} />
            </p>}
          {gate.changesJudge === undefined ? null : (
            <p className="prose">
              <Icon name="law" className="tone-warning" /> Changes how it is judged: <code>{gate.changesJudge.join(', ')}</code>
            </p>
          )}
          <ul className="gate-commands">
            {gate.commands.map((command, index) => (
              <Command key={`${index}:${command.command}`} command={command} bare={whole} />
            ))}
            {next === undefined ? null : (
              <li className="gate-command">
                <span className="gate-head">
                  <Icon name="blank" />
                  <Icon name="loading" spin className="tone-on" />
                  <code className="cut">{next}</code>
                  <span className="muted end">running</span>
                </span>
              </li>
            )}
          </ul>
          {gate.commands.length === 0 ? null : (
            <p>
              <button type="button" className="link" aria-expanded={whole} onClick={() => setWhole(!whole)}>
                {whole ? 'Hide Whole Output' : 'Show Whole Output'}
              </button>
            </p>
          )}
          {whole ? <Whole task={task.id} attempt={gate.attempt} /> : null}
        </>
      )}
    </section>
  );
}

/** Every gate of the task, newest first, with the output of each command and the receipt. */
export function GateTab({ task }: { readonly task: TaskView }): ReactNode {
  const gates = [...task.gates].reverse();
  if (gates.length === 0) {
    return (
      <div className="pane">
        <p className="muted">
          {task.contract.gate.length === 0
            ? 'This task has no gate command, so nothing would prove its result.'
            : 'The gate has not run yet. It runs on the task’s result merged with the base:'}
        </p>
        <ul className="codes">
          {task.contract.gate.map((command) => (
            <li key={command}>
              <code>{command}</code>
            </li>
          ))}
        </ul>
      </div>
    );
  }
  return (
    <div className="pane scroll">
      <Receipt task={task} />
      {gates.map((gate, index) => (
        <Gate key={`${gate.attempt}:${gate.startedAt}`} task={task} gate={gate} latest={index === 0} />
      ))}
    </div>
  );
}
