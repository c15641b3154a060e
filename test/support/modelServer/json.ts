/** Reading JSON of unknown shape without casts. */
export type Json = Readonly<Record<string, unknown>>;

export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(record) : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The text of a content field that is a string or a list of parts with a `text`. */
export function contentText(value: unknown): string {
  if (typeof value === 'string') return value;
  return list(value)
    .map((part) => text(part['text']))
    .join('\n');
}
