const ZERO = 48;
/** `2026-01-01T00:00:59.123Z`: up to the seconds, and in all. */
const MINUTE_LENGTH = 17;
const LENGTH = 24;

/**
 * Reads times of a log (ISO 8601) as milliseconds since the epoch. Most are of the minute before, and only their seconds
 * are read then: the system's own reading of a date is slow enough to be felt in a long log.
 */
export function timeReader(): (text: string) => number {
  let minute = '-';
  let start = 0;
  return (text) => {
    if (text.length !== LENGTH) return Date.parse(text);
    if (!text.startsWith(minute)) {
      const parsed = Date.parse(`${text.slice(0, MINUTE_LENGTH)}00.000Z`);
      if (Number.isNaN(parsed)) return Date.parse(text);
      minute = text.slice(0, MINUTE_LENGTH);
      start = parsed;
    }
    const digit = (at: number): number => {
      const value = text.charCodeAt(at) - ZERO;
      return value >= 0 && value <= 9 ? value : Number.NaN;
    };
    const seconds = digit(17) * 10 + digit(18);
    const ms = digit(20) * 100 + digit(21) * 10 + digit(22);
    return text[19] === '.' && text[23] === 'Z' && seconds + ms >= 0 && seconds < 60 ? start + seconds * 1000 + ms : Date.parse(text);
  };
}
