/**
 * The globs of contracts: `*`, `**`, `?`, `{a,b}`, `[…]`, relative to the repository root with `/`.
 * One parser serves matching and overlap, so that the two can never disagree. `**` stands for any number of folders,
 * none included; the wildcards match names that start with a dot too. A glob always matches the path that is spelled
 * exactly like it, so `app/[id]/page.tsx` means that file as well.
 *
 * Matching is our own (two-pointer, no regular expression): picomatch's `**` stops at a newline in a file name and its
 * `?` at characters beyond the basic plane, and a boundary must not have such holes.
 */

type Range = readonly [from: number, to: number];
/** A literal is a class of one code point. */
type Token = { readonly star: true } | { readonly star: false; readonly ranges: readonly Range[] };
type Segment = { readonly deep: true } | { readonly deep: false; readonly tokens: readonly Token[] };
type Pattern = readonly Segment[];

const SLASH = 47;
const ANY: readonly Range[] = [
  [0, SLASH - 1],
  [SLASH + 1, 0x10ffff],
];
const MAX_LENGTH = 1000;
const MAX_ALTERNATIVES = 256;
/** Of all alternatives together: `{a,b}` repeats what stands around it. */
const MAX_EXPANDED = 8_000;
const MAX_CACHED = 2_000;

/** The problem with a glob, for people, or `undefined` when it is a good one. */
export function validateGlob(glob: string): string | undefined {
  const parsed = parse(glob);
  return typeof parsed === 'string' ? parsed : undefined;
}

/**
 * Whether any glob of the set matches a repository path. Compiled once per array, so keep the array.
 * @throws TypeError for a glob that `validateGlob` refuses: an unreadable rule is never an empty one.
 */
export function matches(globs: readonly string[], path: string): boolean {
  let patterns = compiledSets.get(globs);
  if (patterns === undefined) {
    patterns = globs.flatMap(compile);
    compiledSets.set(globs, patterns);
  }
  if (patterns.length === 0) return false;
  const names = path.split('/').map(codePoints);
  return patterns.some((pattern) => matchPath(pattern, names));
}

/**
 * Whether some path is matched by both globs. Exact for this syntax: no false alarm, nothing missed.
 * @throws TypeError for a glob that `validateGlob` refuses.
 */
export function globsOverlap(a: string, b: string): boolean {
  const left = compile(a);
  const right = compile(b);
  return left.some((one) => right.some((other) => overlap(one, other, overlapSegments, isDeep)));
}

/**
 * What comparing a glob with others may cost: its characters in all alternatives, and those of them that stand in a name
 * with a star. Both 0 for a glob that `validateGlob` refuses.
 */
export function globWeight(glob: string): { readonly text: number; readonly wild: number } {
  const parsed = parse(glob);
  let text = 0;
  let wild = 0;
  if (typeof parsed !== 'string') {
    for (const segment of parsed.flat()) {
      if (segment.deep) continue;
      text += segment.tokens.length;
      if (segment.tokens.length > 1 && segment.tokens.some(isStar)) wild += segment.tokens.length;
    }
  }
  return { text, wild };
}

const compiledSets = new WeakMap<readonly string[], readonly Pattern[]>();

function compile(glob: string): readonly Pattern[] {
  const parsed = parse(glob);
  if (typeof parsed === 'string') throw new TypeError(`"${glob}" is not a glob Switchyard understands: ${parsed}`);
  return parsed;
}

// ---------------------------------------------------------------- parsing

const parsedGlobs = new Map<string, readonly Pattern[] | string>();

/** The alternatives a glob stands for, or what is wrong with it. Remembered: the same globs are asked for again and again. */
function parse(glob: string): readonly Pattern[] | string {
  const known = parsedGlobs.get(glob);
  if (known !== undefined) return known;
  const parsed = parseAfresh(glob);
  // Emptied as a whole: a plan's globs fit, and a hostile one must not fill the memory.
  if (parsedGlobs.size >= MAX_CACHED) parsedGlobs.clear();
  if (glob.length <= MAX_LENGTH) parsedGlobs.set(glob, parsed);
  return parsed;
}

function parseAfresh(glob: string): readonly Pattern[] | string {
  const problem = refusedOutright(glob);
  if (problem !== undefined) return problem;
  const expanded = expandBraces(glob);
  if (typeof expanded === 'string') return expanded;
  const patterns: Pattern[] = [];
  for (const text of expanded) {
    const pattern = parsePattern(text);
    if (typeof pattern === 'string') return pattern;
    patterns.push(pattern);
  }
  if (/[[{]/u.test(glob)) patterns.push(glob.split('/').map(literalSegment));
  return patterns;
}

function refusedOutright(glob: string): string | undefined {
  if (glob.length === 0) return 'it is empty';
  if (glob.length > MAX_LENGTH) return `it is longer than ${MAX_LENGTH} characters`;
  if (/[\u0000-\u001f\u007f]/u.test(glob)) return 'it contains a control character';
  if (glob.includes('\\')) return 'it contains a backslash; folders are separated by "/"';
  if (glob.startsWith('/')) return 'it starts with "/"; globs are relative to the repository root';
  if (glob.startsWith('!')) return 'it is a negation; name what is excluded under "offLimits"';
  if (/[!@+*?]\(/u.test(glob)) return 'extended patterns such as "+(a|b)" are not supported; use {a,b}';
  if (glob.endsWith('/')) return `it ends with "/"; write "${glob}**" for everything in that folder`;
  return undefined;
}

/** `{a,b}` to a list, nested too; brackets are opaque. Text for a problem. */
function expandBraces(glob: string): readonly string[] | string {
  let done: string[] = [''];
  let at = 0;
  while (at < glob.length) {
    const char = glob.charAt(at);
    let choices: readonly string[] = [char];
    let next = at + 1;
    if (char === '}') return 'a "}" has no "{"';
    if (char === '[') {
      const end = classEnd(glob, at);
      if (end === undefined) return 'a "[" has no "]"';
      next = end + 1;
      choices = [glob.slice(at, next)];
    } else if (char === '{') {
      const group = readGroup(glob, at);
      if (typeof group === 'string') return group;
      const inner: string[] = [];
      for (const part of group.parts) {
        const expanded = expandBraces(part);
        if (typeof expanded === 'string') return expanded;
        inner.push(...expanded);
        if (inner.length > MAX_ALTERNATIVES) return tooMany();
      }
      choices = inner;
      next = group.end + 1;
    }
    if (done.length * choices.length > MAX_ALTERNATIVES) return tooMany();
    done = done.flatMap((head) => choices.map((choice) => head + choice));
    if (done.length > 1 && done.reduce((sum, text) => sum + text.length, 0) > MAX_EXPANDED) return tooMany();
    at = next;
  }
  return done;
}

const tooMany = (): string => `it stands for more than ${MAX_ALTERNATIVES} alternatives, or ${MAX_EXPANDED} characters in all of them`;

/** The top-level parts of the group that opens at `start`. */
function readGroup(glob: string, start: number): { readonly parts: readonly string[]; readonly end: number } | string {
  const parts: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let at = start; at < glob.length; at += 1) {
    const char = glob.charAt(at);
    if (char === '[') at = classEnd(glob, at) ?? at;
    else if (char === '{') depth += 1;
    else if (char === ',' && depth === 1) {
      parts.push(glob.slice(from, at));
      from = at + 1;
    } else if (char === '}') {
      depth -= 1;
      if (depth > 0) continue;
      parts.push(glob.slice(from, at));
      return parts.length > 1 ? { parts, end: at } : 'braces list alternatives with a comma: {a,b}';
    }
  }
  return 'a "{" has no "}"';
}

/** Index of the `]` that closes the class opened at `start`; a `]` directly after `[` does not close it. */
function classEnd(text: string, start: number): number | undefined {
  const end = text.indexOf(']', start + 2);
  return end === -1 ? undefined : end;
}

function parsePattern(text: string): Pattern | string {
  const pattern: Segment[] = [];
  // Brackets are split too: a class with a slash in it is then refused as unclosed.
  for (const part of text.split('/')) {
    if (part === '') return 'it has an empty folder name ("//")';
    if (part === '.' || part === '..') return `it contains "${part}"; globs are plain paths from the repository root`;
    if (part === '**') {
      // Two in a row say the same as one, and would only slow matching down.
      if (pattern.at(-1)?.deep !== true) pattern.push({ deep: true });
      continue;
    }
    if (part.replace(/\[[^\]]+\]/gu, 'x').includes('**')) return '"**" must stand alone between slashes, as in src/**/*.ts';
    const tokens = parseTokens(part);
    if (typeof tokens === 'string') return tokens;
    pattern.push({ deep: false, tokens });
  }
  return pattern;
}

function parseTokens(part: string): readonly Token[] | string {
  const tokens: Token[] = [];
  for (let at = 0; at < part.length; ) {
    const point = part.codePointAt(at) ?? 0;
    const char = String.fromCodePoint(point);
    if (char === '*') {
      tokens.push({ star: true });
    } else if (char === '?') {
      tokens.push({ star: false, ranges: ANY });
    } else if (char === '[') {
      const end = classEnd(part, at);
      if (end === undefined) return 'a "[" has no "]" in the same folder name';
      const ranges = parseClass(part.slice(at + 1, end));
      if (typeof ranges === 'string') return ranges;
      tokens.push({ star: false, ranges });
      at = end + 1;
      continue;
    } else {
      tokens.push({ star: false, ranges: [[point, point]] });
    }
    at += char.length;
  }
  return tokens;
}

function parseClass(body: string): readonly Range[] | string {
  if (/^[!^]/u.test(body)) return '"[!…]" is a negation, which globs of a contract do not have';
  if (/\[[:.=]/u.test(body)) return 'named classes such as [[:alpha:]] are not supported';
  const points = codePoints(body);
  const ranges: Range[] = [];
  for (let at = 0; at < points.length; ) {
    const from = points[at] ?? 0;
    const ranged = points[at + 1] === 45 && at + 2 < points.length;
    const to = ranged ? (points[at + 2] ?? 0) : from;
    if (to < from) return `the range in "[${body}]" runs backwards`;
    ranges.push(...withoutSlash(from, to));
    at += ranged ? 3 : 1;
  }
  return ranges;
}

/** A class never matches the separator, even where a range spans it. */
function withoutSlash(from: number, to: number): readonly Range[] {
  if (from > SLASH || to < SLASH) return [[from, to]];
  const parts: Range[] = [];
  if (from < SLASH) parts.push([from, SLASH - 1]);
  if (to > SLASH) parts.push([SLASH + 1, to]);
  return parts;
}

function literalSegment(text: string): Segment {
  return { deep: false, tokens: codePoints(text).map((point) => ({ star: false, ranges: [[point, point]] })) };
}

function codePoints(text: string): readonly number[] {
  return Array.from(text, (char) => char.codePointAt(0) ?? 0);
}

// ---------------------------------------------------------------- matching

/**
 * Matches a sequence against a pattern with repeaters, going back to the last repeater only:
 * length of pattern × length of sequence at worst, whatever a hostile file name looks like.
 */
function sequence<P, S>(
  pattern: readonly P[],
  items: readonly S[],
  repeats: (part: P) => boolean,
  fits: (part: P, item: S) => boolean,
): boolean {
  let part = 0;
  let item = 0;
  let retryPart = -1;
  let retryItem = 0;
  while (item < items.length) {
    const current = pattern[part];
    if (current !== undefined && repeats(current)) {
      retryPart = part;
      retryItem = item;
      part += 1;
    } else if (current !== undefined && fits(current, items[item] as S)) {
      part += 1;
      item += 1;
    } else if (retryPart !== -1) {
      retryItem += 1;
      part = retryPart + 1;
      item = retryItem;
    } else {
      return false;
    }
  }
  return pattern.slice(part).every(repeats);
}

function matchPath(pattern: Pattern, names: readonly (readonly number[])[]): boolean {
  return sequence(pattern, names, isDeep, (segment, name) => !segment.deep && matchName(segment.tokens, name));
}

function matchName(tokens: readonly Token[], name: readonly number[]): boolean {
  return sequence(tokens, name, isStar, (token, point) => !token.star && inRanges(token.ranges, point));
}

function isDeep(segment: Segment): boolean {
  return segment.deep;
}

function isStar(token: Token): boolean {
  return token.star;
}

function inRanges(ranges: readonly Range[], point: number): boolean {
  return ranges.some(([from, to]) => from <= point && point <= to);
}

// ---------------------------------------------------------------- overlap

/**
 * Whether two sequences with repeaters have a common instance: row by row over (rest of a, rest of b).
 * A repeater may stand for nothing or swallow one part of the other side and stay.
 */
function overlap<T>(
  a: readonly T[],
  b: readonly T[],
  meet: (one: T, other: T) => boolean,
  repeats: (part: T) => boolean,
): boolean {
  let below: boolean[] = [];
  for (let i = a.length; i >= 0; i -= 1) {
    const row = new Array<boolean>(b.length + 1).fill(false);
    const left = a[i];
    for (let j = b.length; j >= 0; j -= 1) {
      const right = b[j];
      if (left === undefined && right === undefined) row[j] = true;
      else if (left !== undefined && repeats(left)) row[j] = below[j] === true || row[j + 1] === true;
      else if (right !== undefined && repeats(right)) row[j] = row[j + 1] === true || below[j] === true;
      else row[j] = left !== undefined && right !== undefined && below[j + 1] === true && meet(left, right);
    }
    below = row;
  }
  return below[0] === true;
}

function overlapSegments(one: Segment, other: Segment): boolean {
  return !one.deep && !other.deep && overlap(one.tokens, other.tokens, overlapTokens, isStar);
}

function overlapTokens(one: Token, other: Token): boolean {
  if (one.star || other.star) return false;
  return one.ranges.some(([from, to]) => other.ranges.some(([low, high]) => from <= high && low <= to));
}
