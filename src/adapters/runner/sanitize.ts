import { plain } from '../../core/plainText.js';

/** One line of plain text, cut to a width. */
export function oneLine(text: string, width: number): string {
  const line = plain(text.slice(0, width * 8)).replace(/\s+/g, ' ').trim();
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}
