/** Takes terminal colours and control sequences out of a text. */
export function stripAnsi(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]+[0-~]|\u001b[@-Z\\-_]/g, '');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `14:05` for a time within the day of `seen`, else `24 Nov, 14:05`; in the person's own time zone. Milliseconds since the epoch. */
export function clockTime(at: number, seen: number): string {
  const when = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(when.getHours())}:${two(when.getMinutes())}`;
  if (when.toDateString() === new Date(seen).toDateString()) return time;
  return `${String(when.getDate())} ${MONTHS[when.getMonth()] ?? ''}, ${time}`;
}

/** `24 Nov 2026`, in the person's own time zone. Milliseconds since the epoch. */
export function dayText(at: number): string {
  const when = new Date(at);
  return `${String(when.getDate())} ${MONTHS[when.getMonth()] ?? ''} ${String(when.getFullYear())}`;
}

/** `0 B`, `820 B`, `12 KB`, `3.4 MB`, `1.2 GB`: powers of 1000, as disks are sold and file managers count. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;
  let value = bytes;
  let at = 0;
  // 999.6 KB would be rounded to 1000 KB.
  while (value >= 999.5 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${at < 2 || value >= 99.5 ? String(Math.round(value)) : value.toFixed(1)} ${units[at] ?? ''}`;
}

/** For places that cannot show code as such: takes the back quotes off. */
export function unquoted(text: string): string {
  return text.replace(/`([^`\n]+)`/g, '$1');
}

/** A text's first sentence, and what follows it. A sentence ends where a space and a capital letter come after its stop. */
export function firstSentence(text: string): { readonly first: string; readonly rest: string } {
  const end = /[.!?][”"]?\s+(?=[A-Z“"`])|\n+/u.exec(text);
  if (end === null) return { first: text, rest: '' };
  return { first: text.slice(0, end.index + end[0].trimEnd().length), rest: text.slice(end.index + end[0].length) };
}

/** `$0.84`; below a cent as many decimals as it needs, so that what was spent is never printed as nothing. */
export function dollars(usd: number): string {
  const digits = usd <= 0 || usd >= 0.01 ? 2 : usd >= 0.0001 ? 4 : 6;
  return `$${usd.toFixed(digits)}`;
}

/** Without the mark of byte order that some editors on Windows put first; a parser of JSON refuses it. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** The one short mark of money that a subscription covers: it is what the API would have cost. */
export function apiMarked(figure: string, apiEquivalent: boolean): string {
  return apiEquivalent ? `≈ ${figure} API` : figure;
}
