/** What a person is told in the review after their comments were sent. Pure. */
import { unquoted } from '../../core/text.js';
import type { RunView } from '../../shared/protocol.js';

export interface Sent {
  readonly task: string;
  readonly comments: number;
  /** How many attempts there were before. */
  readonly attempts: number;
}

/** `undefined` while it is not known yet whether the next attempt begins or what it waits for. */
export function sentWords(run: RunView, { task: id, comments, attempts }: Sent): string | undefined {
  const task = run.tasks.find((each) => each.id === id);
  if (task === undefined) return undefined;
  const sent = `${String(comments)} ${comments === 1 ? 'comment' : 'comments'} sent`;
  if (run.heldBy !== undefined) return `${sent}: ${run.heldBy} passes ${comments === 1 ? 'it' : 'them'} on to the agent of “${task.title}”.`;
  const next = `attempt ${String(attempts + 1)} of “${task.title}”`;
  if (task.attempts.length > attempts) return `${sent}; ${next} is working.`;
  if (task.state === 'needs-you' || task.state === 'stopped') return `${sent}, but ${next} did not begin: ${task.why === undefined ? 'see the dashboard' : unquoted(task.why.text)}`;
  if (task.state === 'waiting' && task.why !== undefined && task.why.kind !== 'approval') return `${sent}; ${next} waits: ${unquoted(task.why.text)}.`;
  return undefined;
}
