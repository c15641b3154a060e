/**
 * Masks an agent's output before anybody sees it, the raw file included. Whole lines go on at once; of an unfinished
 * line at most 64 KB are held back, because a secret may be cut in two by the pipe.
 */
import { LONGEST_MATCH, SECRET, secretPattern } from '../../core/secrets.js';

const LONGEST_HELD = 64 * 1024;
const NEWLINE = 0x0a;
/** The replacement in the bytes of UTF-8, one character each. */
const REPLACEMENT = Buffer.from(SECRET, 'utf8').toString('latin1');
const BEGINS = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----/;

export interface StreamMask {
  /** What can go on now. */
  push(chunk: Buffer): Buffer;
  /** What was held back. */
  rest(): Buffer;
}

/** `values`: see `secretValues`. Bytes that are no secret come out as they went in. */
export function streamMask(values: readonly string[]): StreamMask {
  // One character a byte, so that nothing is lost on bytes that are no UTF-8.
  const pattern = secretPattern(values.map((value) => Buffer.from(value, 'utf8').toString('latin1')));
  const clean = (text: string): string => text.replace(pattern, REPLACEMENT);
  let held: Buffer[] = [];
  let size = 0;

  const take = (): Buffer => {
    const all = held.length === 1 ? (held[0] ?? Buffer.alloc(0)) : Buffer.concat(held);
    held = [];
    size = 0;
    return all;
  };
  const hold = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    held.push(bytes);
    size += bytes.length;
  };

  /** Where a text may be cut without cutting a secret: not inside a match, and not near the end where one may begin. */
  const safeCut = (text: string, wanted: number): number => {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      if (match.index >= wanted) break;
      if (match.index + match[0].length > wanted) return match.index;
      if (match[0] === '') pattern.lastIndex += 1;
    }
    return wanted;
  };

  /** A key over several lines is one secret: its lines are held until its end has come. */
  const keyBegins = (text: string): number => {
    const start = text.lastIndexOf('-----BEGIN ');
    if (start < 0 || text.length - start > LONGEST_MATCH || text.includes('"', start) || !BEGINS.test(text.slice(start, start + 80))) return -1;
    return text.indexOf('-----END ', start) < 0 ? start : -1;
  };

  return {
    push: (chunk) => {
      const newline = chunk.lastIndexOf(NEWLINE);
      if (newline < 0 && size + chunk.length <= LONGEST_HELD) {
        hold(chunk);
        return Buffer.alloc(0);
      }
      hold(chunk);
      const rest = chunk.length - newline - 1;
      const all = take();
      const text = all.toString('latin1');
      const whole = newline < 0 ? 0 : text.length - rest;
      const open = keyBegins(text.slice(0, whole));
      let cut = open >= 0 ? open : whole;
      if (text.length - cut > LONGEST_HELD) cut = safeCut(text, text.length - LONGEST_MATCH);
      hold(all.subarray(cut));
      return Buffer.from(clean(text.slice(0, cut)), 'latin1');
    },
    rest: () => Buffer.from(clean(take().toString('latin1')), 'latin1'),
  };
}
