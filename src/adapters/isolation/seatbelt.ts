/** The sandbox of macOS: `sandbox-exec` with a profile that refuses writes except in the named places. */
import type { Places } from './bubblewrap.js';

const quoted = (path: string): string => `"${path.replace(/["\\]/g, '\\$&')}"`;
const subpaths = (paths: readonly string[]): string => paths.map((path) => `(subpath ${quoted(path)})`).join(' ');

/** In a profile the last rule that fits wins. */
export function seatbeltProfile(places: Places): string {
  return [
    '(version 1)',
    '(allow default)',
    '(deny file-write*)',
    `(allow file-write* ${subpaths(places.writable)} (regex #"^/dev/(null|zero|tty|dtracehelper|fd/)") (literal "/dev/stdout") (literal "/dev/stderr"))`,
    ...(places.readOnly.length > 0 ? [`(deny file-write* ${subpaths(places.readOnly)})`] : []),
    ...(places.network ? [] : ['(deny network*)']),
  ].join('\n');
}
