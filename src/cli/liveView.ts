/** The live view of a run on a terminal: one line a task, redrawn in place when something changed. */
import { plain } from '../core/plainText.js';
import { decide } from '../core/scheduler.js';
import type { Reason, RunState } from '../core/run.js';
import { isActive } from '../core/task.js';
import { STATE_WORDS } from '../core/task.js';
import { reasonText } from '../core/reasonWords.js';
import { runMoney } from './output.js';

export interface LiveView {
  /** Looks at the state and draws what changed. */
  update(state: RunState): void;
  activity(task: string, text: string): void;
  /** Leaves the last picture standing. */
  end(): void;
}

/** Lines as they happen, for logs and pipes. */
export function lineView(say: (text: string) => void): LiveView {
  const seen = new Map<string, string>();
  return {
    update: (state) => {
      for (const [id, task] of state.tasks) {
        if (task.state === 'proposed' || (task.state === 'waiting' && !seen.has(id))) continue;
        const reason = task.state === 'ready' ? undefined : (task.reason ?? (task.state === 'waiting' ? waitForAgent(state, id) : undefined));
        const line = `${STATE_WORDS[task.state].toLowerCase()}${reason === undefined ? '' : ` (${reasonText(reason)})`}`;
        if (seen.get(id) === line) continue;
        seen.set(id, line);
        say(`${id}: ${line}`);
      }
    },
    activity: () => undefined,
    end: () => undefined,
  };
}

/** Other waits change with every step of the run; this one people should hear of. */
function waitForAgent(state: RunState, id: string): Reason | undefined {
  const reason = state.agentWaits.size === 0 ? undefined : decide(state).waits.get(id);
  return reason?.failure === undefined ? undefined : reason;
}

const MARKS: Readonly<Record<string, string>> = { landed: '✓', ready: '●', working: '▸', checking: '▸', merging: '▸', 'setting-up': '▸', 'needs-you': '!', stopped: '■', dropped: '–', waiting: '·', proposed: '·', 'in-review': '●' };

/** A view that redraws its own lines on the terminal; what is drawn between two turns of the event loop is drawn once. */
export function terminalView(stream: NodeJS.WriteStream): LiveView {
  let drawn = 0;
  let last: RunState | undefined;
  let pending = false;
  const activities = new Map<string, string>();
  const draw = () => {
    pending = false;
    if (last === undefined) return;
    const state = last;
    const width = Math.max(40, stream.columns || 80) - 1;
    const waits = decide(state).waits;
    const rows = [...state.tasks.values()].slice(0, Math.max(5, (stream.rows || 40) - 3)).map((task) => {
      const id = task.task.id;
      const text = plain((isActive(task.state) ? activities.get(id) : (task.reason ?? waits.get(id))?.text) ?? '').replace(/\s+/g, ' ');
      return `${MARKS[task.state] ?? ' '} ${id.padEnd(16)} ${STATE_WORDS[task.state].toLowerCase().padEnd(11)} ${task.state === 'landed' ? '' : text}`.slice(0, width);
    });
    const landed = [...state.tasks.values()].filter((task) => task.state === 'landed').length;
    rows.push(`${String(landed)} of ${String(state.tasks.size)} landed · ${runMoney(state)}`);
    stream.write(`${drawn > 0 ? `\u001b[${String(drawn)}A` : ''}${rows.map((row) => `\u001b[2K${row}\n`).join('')}\u001b[0J`);
    drawn = rows.length;
  };
  const soon = () => {
    if (pending) return;
    pending = true;
    setImmediate(draw);
  };
  return {
    update: (state) => {
      last = state;
      soon();
    },
    activity: (task, text) => {
      activities.set(task, text.split('\n')[0] ?? '');
      soon();
    },
    end: draw,
  };
}
