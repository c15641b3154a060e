/** JSON bombs: nesting so deep that whoever walks it runs out of stack. Told before anybody walks. Both are loops. */

/** No plan, answer, message or event of a CLI comes near it. */
export const DEEPEST = 200;

/** True when a JSON text nests arrays and objects deeper than that; brackets inside strings do not count. */
export function nestsTooDeep(text: string, most = DEEPEST): boolean {
  if (text.length <= most) return false;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 92) at += 1;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 91 || code === 123) {
      depth += 1;
      if (depth > most) return true;
    } else if (code === 93 || code === 125) depth -= 1;
  }
  return false;
}

/** The same for a value that is parsed already. Level by level; a value that holds itself is too deep as well. */
export function valueTooDeep(value: unknown, most = DEEPEST): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((each): readonly unknown[] => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}
