/** Conflict markers in text and in names: what must never land, however it came into a task's work. Pure. */

/** How many marker lines of each sort a text holds. */
export interface MarkerLines {
  /** `<<<<<<<` and `>>>>>>>`: no text has these by accident. */
  readonly sides: number;
  /** `=======`, which also underlines headings. */
  readonly separators: number;
}

/** git writes seven characters, more where the attribute `conflict-marker-size` says so. */
const SIDE = /^(?:<{7,}|>{7,})(?: .*)?\r?$/gmu;
const SEPARATOR = /^={7,}\r?$/gmu;

/** How many lines look like conflict markers, by kind; the separator alone is also how some texts underline a title. */
export function markerLines(text: string): MarkerLines {
  return { sides: count(text, SIDE), separators: count(text, SEPARATOR) };
}

/**
 * Whether markers came into a text. One that is half removed counts, lines that were there before do not: a file may be
 * about markers.
 */
export function addsMarkers(before: MarkerLines, after: MarkerLines): boolean {
  return after.sides > before.sides && after.separators > before.separators;
}

/** Where two sides want one name for different things, git lays one of them out as `<name>~<commit>`. */
export function isSideName(path: string): boolean {
  return /~[0-9a-f]{40}(?:[0-9a-f]{24})?(?=\/|$)/u.test(path);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
