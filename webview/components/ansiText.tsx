/** Terminal output with its colours as text nodes: VS Code's terminal colours, no HTML, no links. */
import Anser from 'anser';
import type { ReactNode } from 'react';

export interface Span {
  readonly text: string;
  readonly className: string;
  /** Colours beyond the sixteen named ones, as `rgb(…)`. */
  readonly color?: string;
}

/** Control sequences that only move the cursor; colour sequences (`…m`) are kept for the parser. */
const ESC = '\u001B';
const CURSOR = new RegExp(`${ESC}\\[[0-9;?]*[A-HJKSTfhilnsu]|${ESC}\\][^\u0007]*\u0007`, 'g');

const LEVELS = [0, 95, 135, 175, 215, 255];

/** The xterm palette from 16 on: a 6×6×6 cube, then 24 greys. */
function paletteColor(index: number): string {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey}, ${grey}, ${grey})`;
  }
  const cube = index - 16;
  const level = (n: number): number => LEVELS[n % 6] ?? 0;
  return `rgb(${level(Math.floor(cube / 36))}, ${level(Math.floor(cube / 6))}, ${level(cube)})`;
}

function colorOf(name: string | null, truecolor: string | null): string | undefined {
  if (name === 'ansi-truecolor' && truecolor) return `rgb(${truecolor})`;
  const palette = /^ansi-palette-(\d+)$/.exec(name ?? '')?.[1];
  return palette === undefined ? undefined : paletteColor(Number(palette));
}

/** Splits output into lines of coloured spans. A carriage return starts its line over, as in a terminal. */
export function ansiLines(output: string): readonly (readonly Span[])[] {
  const lines: Span[][] = [[]];
  const clean = output.replace(CURSOR, '').replace(/\r\n/g, '\n').replace(/[^\n]*\r(?!\n)/g, '');
  for (const entry of Anser.ansiToJson(clean, { json: true, use_classes: true, remove_empty: true })) {
    const color = colorOf(entry.fg, entry.fg_truecolor);
    const className = [entry.fg, entry.bg ? `bg-${entry.bg}` : '', ...entry.decorations].filter(Boolean).join(' ');
    entry.content.split('\n').forEach((text, index) => {
      if (index > 0) lines.push([]);
      if (text !== '') lines.at(-1)?.push({ text, className, ...(color === undefined ? {} : { color }) });
    });
  }
  while (lines.length > 1 && lines.at(-1)?.length === 0) lines.pop();
  return lines;
}

/** One line of a terminal's output in its colours, without the element that makes it a line. */
export function AnsiLine({ spans }: { readonly spans: readonly Span[] }): ReactNode {
  return spans.map((span, index) => (
    <span key={index} className={span.className} style={span.color === undefined ? undefined : { color: span.color }}>
      {span.text}
    </span>
  ));
}
