/**
 * Secrets in text on its way to a file or a screen: values of variables that look like secrets, and tokens whose shape
 * is well known. Pure; the streaming form for an agent's output is in adapters/runner/masking.ts.
 */

export const SECRET = '‹secret›';

/** Names of variables whose values are never shown. */
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE/i;
/** Shorter values would take half of every text with them. */
const SHORTEST_VALUE = 8;
/** Of a value with several lines, those that say something by themselves. */
const SHORTEST_LINE = 16;
/** Of a longer value only so much is looked for: what a stream must hold back is bounded by it. */
const LONGEST_VALUE = 8_000;

/**
 * Shapes as their issuers document them. Every repetition is bounded: no match is longer than `LONGEST_MATCH`, and no
 * input makes matching slow.
 */
const SHAPES: readonly string[] = [
  // OpenAI, Anthropic and others: `sk-…`, `sk-ant-api03-…`, `sk-proj-…`; a digit in it tells it from words with hyphens
  '\\bsk-(?=[\\w-]{0,40}\\d)[\\w-]{16,400}',
  // GitHub: personal, OAuth, user, server and refresh tokens; fine-grained ones
  '\\bgh[pousr]_[A-Za-z0-9]{20,255}',
  '\\bgithub_pat_[A-Za-z0-9_]{20,255}',
  // GitLab
  '\\bglpat-[\\w-]{20,100}',
  // AWS access key ids
  '\\b(?:AKIA|ASIA)[A-Z0-9]{16}\\b',
  // Google API keys and OAuth tokens
  '\\bAIza[\\w-]{30,50}',
  '\\bya29\\.[\\w-]{20,1000}',
  // Slack
  '\\bxox[abeoprs]-[A-Za-z0-9-]{10,250}',
  // npm, Hugging Face, Stripe
  '\\bnpm_[A-Za-z0-9]{36}\\b',
  '\\bhf_[A-Za-z0-9]{30,60}\\b',
  '\\b[rs]k_live_[A-Za-z0-9]{16,250}',
  // JSON Web Tokens: header and payload are JSON, so both begin with eyJ
  '\\beyJ[\\w-]{8,2000}\\.eyJ[\\w-]{8,4000}\\.[\\w-]{8,1500}',
  // private keys in PEM, in plain text or inside a JSON string
  '-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY-----(?:(?:[^"-]|-(?!----)){0,12000}-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY-----|[A-Za-z0-9+/=\\\\\\s]{0,12000})',
  // a password in an address
  '(?<=:\\/\\/[^\\s:/@"\']{0,100}:)[^\\s/@"\']{3,200}(?=@)',
  // the header
  '(?<=\\bBearer )[\\w.~+/=-]{20,2000}',
];

/** No match of a shape, and no value that is looked for, is longer (characters). */
export const LONGEST_MATCH = 13_000;

/** Values in an environment that must not be shown. */
export function secretValues(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const values = new Set<string>();
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || !SECRET_NAME.test(name) || value.trim().length < SHORTEST_VALUE) continue;
    const kept = value.trim().slice(0, LONGEST_VALUE);
    values.add(kept);
    // The same inside a JSON string.
    values.add(JSON.stringify(kept).slice(1, -1));
    // A value of several lines comes line by line.
    if (kept.includes('\n')) for (const line of kept.split(/\r?\n/)) if (line.length >= SHORTEST_LINE) values.add(line);
  }
  // The longest first: one may hold another.
  return [...values].sort((a, b) => b.length - a.length);
}

/** Everything that is to be masked, as one pattern. */
export function secretPattern(values: readonly string[]): RegExp {
  return new RegExp([...values.map((value) => value.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')), ...SHAPES].join('|'), 'g');
}

export type Mask = (text: string) => string;

/** Replaces every secret by `‹secret›`. */
export function maskOf(environment: Readonly<Record<string, string | undefined>>): Mask {
  const pattern = secretPattern(secretValues(environment));
  return (text) => text.replace(pattern, SECRET);
}

/** Every string inside plain data, masked; what holds no secret is the same object. */
export function masked<T>(value: T, mask: Mask): T {
  if (typeof value === 'string') return mask(value) as T & string;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items: unknown[] = value.map((item: unknown) => masked(item, mask));
    return items.some((item, at) => item !== value[at]) ? (items as T) : value;
  }
  const entries = Object.entries(value).map(([key, entry]) => [key, masked<unknown>(entry, mask)] as const);
  return entries.some(([key, entry]) => entry !== (value as Record<string, unknown>)[key]) ? (Object.fromEntries(entries) as T) : value;
}
