/**
 * A command line for a task of the editor, which puts its own variables into whatever has their form: in a gate like
 * `for file in *.sh; do sh -n "${file}"; done` it would name the file that happens to be open, or refuse to start.
 */

/** The same line for a POSIX shell, without a `${`; one that has none is left as it is, to be read in the terminal. */
export function shellLine(line: string): string {
  if (!line.includes('${')) return line;
  const quoted = line.replaceAll("'", String.raw`'\''`);
  // Two quoted strings side by side are one word. By a function: `$'` has a meaning of its own in a replacement.
  return `eval '${quoted.replaceAll('${', () => "$''{")}'`;
}
