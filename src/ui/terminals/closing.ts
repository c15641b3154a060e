/** What a terminal shows of an attempt that is over: its transcript in the runner's colours, and how it ended. Pure. */
import { closingWords } from '../../core/closing.js';

const DIM = '2';
const LOOKS: readonly (readonly [start: RegExp, sgr: string])[] = [
  [/^● /, '1'],
  [/^ {2}[+~-] /, '32'],
  [/^✓ /, '32'],
  [/^■ Stopped after/, '33'],
  [/^■ /, '31'],
  [/^ {2}✗ /, '31'],
  [/^[!↻] /, '33'],
];

const paint = (text: string, sgr: string): string => `\x1b[${sgr}m${text}\x1b[0m`;

/** The file has no colours of its own; the same marks get the same ones as while the agent worked. */
function coloured(line: string): string {
  const look = LOOKS.find(([start]) => start.test(line));
  return look === undefined ? line : paint(line, look[1]);
}

/** `text` as a terminal takes it: at most the last `rows` lines, with a word about those before. */
export function shownTranscript(text: string, rows: number): string {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const left = Math.max(0, lines.length - rows);
  const shown = lines.slice(left).map(coloured);
  return [...(left === 0 ? [] : [paint(`… ${left.toLocaleString('en-US')} earlier lines; this terminal keeps ${String(rows)}`, DIM)]), ...shown].join('\r\n');
}

/** How it ended, from the attempt's exit record (outside input), and where else it can be read. */
export function closingLine(record: unknown): string {
  return closingWords(record)
    .split('\n')
    .map((line) => paint(line, DIM))
    .join('\r\n');
}
