/** One line of what an agent does right now, from its stream. Pure. */
import type { ActivityLine } from '../../core/activity.js';

const LONGEST = 120;

/** `undefined` for lines that say nothing new to a person at a glance (results, usage, session). */
export function activityText(line: ActivityLine): string | undefined {
  switch (line.type) {
    case 'tool':
      return oneLine(line.title);
    case 'message':
      return oneLine(line.text);
    case 'thinking':
      return 'Thinking';
    case 'edit':
      return oneLine(`${line.change === 'added' ? 'Added' : line.change === 'deleted' ? 'Deleted' : 'Edited'} ${line.path}`);
    case 'denied':
      return oneLine(`Was not allowed to use ${line.tool}`);
    case 'retry':
      return `${RETRY_WORDS[line.reason] ?? 'A call failed'}; the agent tries again`;
    case 'warning':
      return oneLine(line.text);
    case 'session':
    case 'tool-result':
    case 'usage':
      return undefined;
  }
}

const RETRY_WORDS: Readonly<Partial<Record<string, string>>> = {
  'rate-limit': 'Rate limited',
  quota: 'Out of quota',
  network: 'The network failed',
  server: 'The model server failed',
};

function oneLine(text: string): string | undefined {
  const first = text
    .split('\n')
    .map((each) => each.trim())
    .find((each) => each !== '');
  if (first === undefined) return undefined;
  return first.length > LONGEST ? `${first.slice(0, LONGEST - 1)}…` : first;
}
