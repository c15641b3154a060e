/** Small words of the headless command. */

/** `1 task`, `2 tasks`. */
export function count(number: number, word: string): string {
  return `${String(number)} ${word}${number === 1 ? '' : 's'}`;
}

/** For people to paste into a POSIX shell; nothing here is ever run through one. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_\-./=:@,+]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
