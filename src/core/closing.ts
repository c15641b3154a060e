/** How an attempt ended, in words for whoever reads its terminal afterwards. Pure. */

/** One or two lines, from an attempt's exit record, which is outside input here; anything else means that there is none. */
export function closingWords(record: unknown): string {
  const role = asRecord(record)?.['role'];
  // A planner's or a reviewer's copy goes with its end, and they have no task under which they could be read.
  if (role !== undefined && role !== 'executor') return ending(record, '');
  return `${ending(record, '; its work so far is in the worktree')}\nThis transcript can also be read in the dashboard, under Activity.`;
}

function ending(record: unknown, kept: string): string {
  const exit = asRecord(record);
  const outcome = asRecord(exit?.['outcome']);
  if (exit === undefined || outcome === undefined) return `The agent was interrupted before it could say how it ended${kept}.`;
  if (outcome['ok'] === true) return 'The agent has finished; nothing runs here any more.';
  switch (exit['ended']) {
    case 'stopped':
      return `The agent was stopped${kept}.`;
    case 'idle':
    case 'time-limit':
    case 'budget':
      return `The agent was stopped at a limit${kept}.`;
    case 'not-started':
      return 'The agent could not be started; nothing was changed.';
    default:
      return `The agent has failed${kept}.`;
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
