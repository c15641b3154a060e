/** Words from outside that end up in an argument vector: none may be taken for an option, none may hide a line. */

/** A model as some CLI names it: `opus`, `anthropic/claude-sonnet-4-5`, `opus[1m]`, an ARN. */
export function isModelName(text: string): boolean {
  return text.length <= 300 && /^[A-Za-z0-9@][^\u0000-\u001f\u007f]*$/u.test(text);
}

/** A session as CLIs name theirs: UUIDs, `ses_…`, `thread_…`. */
export function isSessionId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}$/u.test(text);
}
