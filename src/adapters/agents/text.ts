/** Text on its way from a CLI to people: bounded, on one line where it must be, without secrets. */

export const MESSAGE_LIMIT = 20_000;
export const RESULT_LIMIT = 4_000;
const TITLE_LIMIT = 200;
const SENTENCE_LIMIT = 500;

/** At most `limit` characters; what is cut off is said. A short copy, so that a huge line can be freed. */
export function capped(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // A slice would keep the whole original alive; going through bytes makes text of its own.
  const kept = Buffer.from(text.slice(0, limit), 'utf8').toString('utf8');
  return `${kept}\n… ${text.length - limit} more characters`;
}

/** For tool results: the end is what counts (a test's summary, a compiler's last error). */
export function cappedEnd(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `… ${text.length - limit} characters before\n${Buffer.from(text.slice(-limit), 'utf8').toString('utf8')}`;
}

/** One line of at most 200 characters. */
export function titleOf(text: string): string {
  const line = text.slice(0, TITLE_LIMIT * 2).replace(/\s+/g, ' ').trim();
  return line.length <= TITLE_LIMIT ? line : `${line.slice(0, TITLE_LIMIT - 1)}…`;
}

/**
 * Keys as the vendors print them: `sk-…`, `sk-ant-…`, `AIza…`, bearer tokens, `key=…` in an address, and whatever
 * follows "API key provided:".
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\bsk-[\w*.-]{6,}/g, 'sk-…'],
  [/\bAIza[\w-]{10,}/g, 'AIza…'],
  [/\b(Bearer|token)\s+[\w.~+/=-]{12,}/gi, '$1 …'],
  [/\b(key|api_key|access_token)=[^\s&"')]+/gi, '$1=…'],
  [/(API key provided:)\s*[^\s,)]+/gi, '$1 …'],
];

/** The text with everything that looks like a key or token replaced; errors of CLIs quote what they were given. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((kept, [pattern, instead]) => kept.replace(pattern, instead), text);
}

/** One sentence for people from whatever a CLI said; `undefined` when nothing is left. */
export function sentence(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const line = withoutSecrets(text.slice(0, SENTENCE_LIMIT * 4))
    .replace(/\s+/g, ' ')
    .trim();
  if (line === '') return undefined;
  return line.length <= SENTENCE_LIMIT ? line : `${line.slice(0, SENTENCE_LIMIT - 1)}…`;
}

/** A path relative to the worktree, with `/`, where it lies inside; unchanged otherwise. */
export function relativePath(path: string, root: string | undefined): string {
  if (root === undefined || root === '') return path;
  const unified = path.replaceAll('\\', '/');
  const base = root.replaceAll('\\', '/').replace(/\/+$/, '');
  if (unified.startsWith(`${base}/`)) return unified.slice(base.length + 1);
  // macOS: a CLI may name `/private/var/…` where the caller said `/var/…`, or the other way round.
  const other = base.startsWith('/private/') ? base.slice('/private'.length) : `/private${base}`;
  return unified.startsWith(`${other}/`) ? unified.slice(other.length + 1) : path;
}
