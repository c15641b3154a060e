/** The one line of a task: what it does now, or why it does nothing. Pure. */
import { reasonLine } from '../../src/core/reasonWords.js';
import type { GateView, TaskView } from '../../src/shared/protocol.js';
import { ago, count } from '../format.js';

/** `6 files +214 −37`; empty without changes. */
export function changesText(task: TaskView): string {
  if (task.files.length === 0) return '';
  return `${count(task.files.length, 'file')} +${task.additions.toLocaleString('en-US')} −${task.deletions.toLocaleString('en-US')}`;
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

/** `npm test · 2 of 3`. */
export function gateProgress(gate: GateView, commands: readonly string[]): string {
  const at = gate.commands.length;
  return joined(commands[at] ?? 'finishing', `${Math.min(at + 1, gate.of)} of ${gate.of}`);
}

function whyLine(task: TaskView): string | undefined {
  return task.why === undefined ? undefined : reasonLine(task.why);
}

/** `now` in milliseconds since the epoch, for "9 min ago". */
export function taskLine(task: TaskView, now: number): string {
  switch (task.state) {
    case 'proposed':
      return task.contract.owns.length === 0 ? 'May change nothing' : task.contract.owns.join(', ');
    case 'waiting':
      return whyLine(task) ?? 'Waits to start';
    case 'setting-up':
      return 'Setting up its worktree';
    case 'working':
      return task.activity ?? 'Working';
    case 'checking': {
      const gate = task.gates.at(-1);
      return gate?.state === 'running' ? `Gate: ${gateProgress(gate, task.contract.gate)}` : (whyLine(task) ?? 'Checking');
    }
    case 'in-review':
      return task.why?.kind === 'pull-request' ? 'Pull request open' : 'In review';
    case 'ready':
      if (task.leaks?.some((leak) => leak.certainty === 'certain') === true) return 'Stray changes wait for your choice';
      return joined('Ready to merge', changesText(task));
    case 'merging':
      return whyLine(task) ?? 'Merging';
    case 'landed':
      if (task.undo !== undefined) return { undone: 'Landing taken back', moving: 'Being undone', 'not-done': 'Landed · not undone' }[task.undo.state];
      return joined(`Landed ${ago(task.since, now)}`, task.files.length === 0 ? '' : count(task.files.length, 'file'));
    case 'needs-you':
      return whyLine(task) ?? 'Needs you';
    case 'stopped':
      return whyLine(task) ?? 'Stopped';
    case 'dropped':
      return whyLine(task) ?? 'Dropped';
  }
}

export type Segment = 'passed' | 'failed' | 'running' | 'unproven' | 'none';

/** The gate as a strip of one segment per command. */
export function gateSegments(task: TaskView): readonly Segment[] {
  const gate = task.gates.at(-1);
  const total = Math.max(task.contract.gate.length, gate?.of ?? 0, gate?.commands.length ?? 0);
  return Array.from({ length: total }, (_, index): Segment => {
    if (gate === undefined) return 'none';
    const command = gate.commands[index];
    if (command === undefined) return gate.state === 'running' && index === gate.commands.length && task.state === 'checking' ? 'running' : 'none';
    if (command.exitCode !== 0) return 'failed';
    return gate.state === 'unproven' ? 'unproven' : 'passed';
  });
}

/** The same in words. */
export function gateText(task: TaskView): string {
  const gate = task.gates.at(-1);
  if (gate === undefined) return task.contract.gate.length === 0 ? 'No gate' : `Gate: ${count(task.contract.gate.length, 'command')}, not run`;
  const passed = gate.commands.filter((command) => command.exitCode === 0).length;
  const words = { running: 'runs', green: 'passed', red: 'failed', unproven: 'proves nothing', 'broken-on-base': 'fails on the base too' };
  return `Gate ${words[gate.state]}: ${passed} of ${gate.of} passed`;
}
