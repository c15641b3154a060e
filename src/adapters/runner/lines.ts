/** Cuts a stream of bytes into lines with bounded memory, whatever comes. */

/** Longer lines are not read (their bytes are in the raw file all the same): no event of a CLI needs so much. */
export const LONGEST_LINE = 8 * 1024 * 1024;

export interface LineCutter {
  /** Complete lines of this chunk, without their newlines; `skipped` gives the sizes of lines that were too long. */
  push(chunk: Buffer): { readonly lines: readonly string[]; readonly skipped: readonly number[] };
  /** A last line without a newline. */
  rest(): string | undefined;
}

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
      const lines: string[] = [];
      const skipped: number[] = [];
      let start = 0;
      for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
        keep(chunk.subarray(start, end));
        const line = take();
        if (typeof line === 'string') lines.push(line);
        else skipped.push(line);
        start = end + 1;
      }
      keep(chunk.subarray(start));
      return { lines, skipped };
    },
    rest: () => {
      if (size === 0) return undefined;
      const line = take();
      return typeof line === 'string' ? line : undefined;
    },
  };
}
