/** Cuts a stream of bytes into lines with bounded memory, whatever comes. */

/** Longer lines are not read (their bytes are in the raw file all the same): no event of a CLI needs so much. */
export const LONGEST_LINE = 8 * 1024 * 1024;

export interface LineCutter {
  /** Complete lines of this chunk, without their newlines; for one that was too long its size in bytes. */
  push(chunk: Buffer): readonly (string | number)[];
  /** A last line without a newline. */
  rest(): string | number | undefined;
}

/**
 * Cuts chunks of bytes into lines. A line longer than `longest` bytes is dropped whole, so that no output can fill our memory.
 */
export function lineCutter(longest = LONGEST_LINE): LineCutter {
  let parts: Buffer[] = [];
  let size = 0;

  const keep = (part: Buffer): void => {
    size += part.length;
    if (size > longest) parts = [];
    // A copy: the chunk's memory is much larger and would be held as long as the part.
    else if (part.length > 0) parts.push(Buffer.from(part));
  };
  const take = (): string | number => {
    const line = size > longest ? size : Buffer.concat(parts).toString('utf8');
    parts = [];
    size = 0;
    return typeof line === 'string' && line.endsWith('\r') ? line.slice(0, -1) : line;
  };
  return {
    push: (chunk) => {
      const lines: (string | number)[] = [];
      let start = 0;
      for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
        keep(chunk.subarray(start, end));
        lines.push(take());
        start = end + 1;
      }
      keep(chunk.subarray(start));
      return lines;
    },
    rest: () => (size === 0 ? undefined : take()),
  };
}
