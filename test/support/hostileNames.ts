/** Names of files that break whoever trusts a name: as bytes, without `/` and NUL, at most 255 bytes, all different. */
import { random } from './random.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** `PWNED` is what any of them would make if somebody ran it. */
const PLAIN: readonly string[] = [
  '-', '--', '-rf', '--force', '--output=PWNED', '-c core.pager=touch PWNED', '--upload-pack=touch PWNED', '--exec=touch PWNED', '@file', '@{-1}', 'HEAD', 'refs', 'main',
  '~', '~root', '^', ':', ':x', ':(glob)x', ':(exclude)*', ':!x', '*', '**', '?', '[a-z]', '[', '{a,b}', '!x', '#x', '%n%s%00', '%2e%2e%2f', '..x', '...', '.x', 'x.', 'x ', ' x', '  ',
  '$(touch PWNED)', '`touch PWNED`', '; touch PWNED', '| touch PWNED', '&& touch PWNED', '$IFS', '${HOME}', "'", '"', `'"'"'`, '\\', '\\\\', '\\n', '\\x41', '\\303\\251', '"a\\tb"',
  '\n', 'a\nb', '\n--force', '\r', '\t', '\v', '\b', '\u0007', '\u001b[2J', '\u001b]0;owned\u0007', '\u007f', '\u0085', '\u2028', '\u00a0', '\u200b', '\u200c', '\ufeff', '\u202ecod.exe', '\u2066x\u2069', '🙂', '👩‍👩‍👧', 'é', 'e\u0301', 'ß', 'İ', '𐀀',
  'con', 'CON', 'aux.txt', 'nul', 'COM1', 'lpt1.log', 'PRN', 'x::$DATA', 'a:b', 'desktop.ini', 'Thumbs.db', 'x.lnk', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'undefined', 'null', 'true', '0', '-1', 'NaN',
  '<img src=x onerror=alert(1)>', '<script>alert(1)', '[x](command:workbench.action.quit)', 'javascript:alert(1)', '&lt;', '${{ secrets }}', '=cmd()', 'a,b;c', 'diff --git a b', '+++ b', '@@ -1 +1 @@', '<<<<<<< HEAD', '=======', 'package.json', 'node_modules', '.gitkeep', '.gitattributes.x', '.git.x', 'git', 'x.lock', 'index.lock',
];

/** No UTF-8: stray bytes, an overlong slash, half a character, a surrogate. */
const RAW: readonly Buffer[] = [latin1('\xff'), latin1('caf\xe9'), latin1('\xc0\xaf'), latin1('\xe2\x82'), latin1('\xed\xa0\x80'), latin1('a\xfe\nb'), latin1('\x80--force'), latin1('\xf5\x80\x80\x80')];

/** So many; the same for the same number. `raw`: with names that are no UTF-8, which some file systems refuse. */
export function hostileNames(count: number, raw: boolean): readonly Buffer[] {
  const next = random(count);
  const parts = [...PLAIN.map(bytes), ...(raw ? RAW : [])];
  const found = new Map<string, Buffer>();
  const add = (name: Buffer): void => {
    const key = name.toString('latin1');
    if (name.length > 0 && name.length <= 255 && !['.', '..'].includes(key) && !isGits(name)) found.set(key, name);
  };
  parts.forEach(add);
  for (const part of ['x', 'é', '🙂', '-']) add(bytes(part.repeat(Math.floor(255 / bytes(part).length))));
  while (found.size < count) add(Buffer.concat(Array.from({ length: 2 + next.below(3) }, () => parts[next.below(parts.length)] ?? bytes('x'))));
  return [...found.values()].slice(0, count);
}

/** Git takes no path with such a part: it might be `.git` on another file system. See `PROTECTED`. */
function isGits(name: Buffer): boolean {
  const text = name.toString('utf8').replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu, '').toLowerCase();
  return /^(?:\.git|git~1)(?:[ .]*|[ .]*:.*)$/su.test(text) || text.includes('/');
}

/** What is `.git` to one file system or another. */
export const PROTECTED: readonly string[] = ['.GIT', '.Git', 'git~1', 'GIT~1', '.g\u200cit', '.git ', '.git.', '.git::$INDEX_ALLOCATION'];
