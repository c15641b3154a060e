import picomatch from 'picomatch/posix.js';
import { describe, expect, it } from 'vitest';
import { globsOverlap, matches, validateGlob } from '../../src/core/globs.js';

/** A small deterministic generator, so that a failing pair can be found again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * below);
  };
}

describe('validateGlob', () => {
  it.each(['src/**', 'a', '**', '**/*.ts', 'src/{a,b}/c?.ts', '[a-c]x', '.github/**', 'a b/ü.md', 'app/(auth)/[id]/page.tsx', 'x/{a,{b,c}}/**', 'a[]]b', '[[]id]', 'a{,b}'])(
    'accepts %s',
    (glob) => expect(validateGlob(glob)).toBeUndefined(),
  );
  it.each([
    ['', 'empty'],
    ['/src/**', 'relative'],
    ['../x', '".."'],
    ['a/../b', '".."'],
    ['./a', '"."'],
    ['a/./b', '"."'],
    ['{a,..}/b', '".."'],
    ['a//b', '"//"'],
    ['{,a}/b', '"//"'],
    ['!src/**', 'negation'],
    ['[!a]', 'negation'],
    ['[^a]', 'negation'],
    ['+(a|b)', 'extended'],
    ['a/!(b)', 'extended'],
    ['a\\b', 'backslash'],
    ['src/db/', 'src/db/**'],
    ['a\nb', 'control'],
    ['a\u0000b', 'control'],
    ['a**b', 'stand alone'],
    ['src/**.ts', 'stand alone'],
    ['***', 'stand alone'],
    ['{a', 'no "}"'],
    ['a}', 'no "{"'],
    ['{a}', 'comma'],
    ['{1..3}', 'comma'],
    ['[a', 'no "]"'],
    ['[a/b]', 'no "]"'],
    ['[z-a]', 'backwards'],
    ['[[:alpha:]]', 'named classes'],
    ['{a,b}'.repeat(9), '256 alternatives'],
    ['a'.repeat(1001), '1000 characters'],
  ])('refuses %j and says why', (glob, why) => expect(validateGlob(glob)).toContain(why));
});

describe('matches', () => {
  it.each<[string, string, boolean]>([
    ['src/**', 'src/a/b.ts', true],
    ['src/**', 'src/.hidden/x', true],
    ['src/**', 'src', true],
    ['src/**', 'srcx/a', false],
    ['src/db', 'src/db', true],
    ['src/db', 'src/db/a.ts', false],
    ['**/*.ts', 'a.ts', true],
    ['**/*.ts', 'x/y/.ts', true],
    ['*', '.env', true],
    ['*', 'a/b', false],
    ['a?c', 'a/c', false],
    ['?', '😀', true],
    ['src/**', 'src/a\nb/c', true],
    ['src/*', 'src/a\nb', true],
    ['[.-0]', '/', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b', 'a/x/y/c', false],
    ['**/test/**', 'test', true],
    ['**/test/**/x', 'a/test/test/b/x', true],
    ['app/[id]/page.tsx', 'app/[id]/page.tsx', true],
    ['app/[id]/page.tsx', 'app/i/page.tsx', true],
    ['app/[[]id]/**', 'app/[id]/page.tsx', true],
    ['Src/**', 'src/a', false],
  ])('%j on %j is %s', (glob, path, expected) => expect(matches([glob], path)).toBe(expected));

  it('gives nothing for an empty set and refuses a bad glob', () => {
    expect(matches([], 'a')).toBe(false);
    expect(() => matches(['a', '../b'], 'a')).toThrow(TypeError);
  });

  it('is not slowed down by a hostile file name', () => {
    expect(matches(['**/*a*a*a*a*a*a*a*a*b'], `${'x/'.repeat(500)}${'a'.repeat(4000)}`)).toBe(false);
    expect(matches([`${'**/a/'.repeat(60)}b`], 'a/'.repeat(2000))).toBe(false);
  });
});

/** Globs of a two-letter world, whose paths can all be listed. */
function someGlob(next: (below: number) => number): string {
  const name = (): string => {
    const parts = ['a', 'b', 'a', 'b', '*', '?', '[ab]', '[b-c]', '{a,b}', '{a,bb}', 'c'];
    let text = '';
    for (let i = next(3); i >= 0; i -= 1) {
      const part = parts[next(parts.length)]!;
      // "**" inside a name is refused, so never two stars in a row.
      if (!(part === '*' && text.endsWith('*'))) text += part;
    }
    return text;
  };
  const segments: string[] = [];
  for (let i = next(3); i >= 0; i -= 1) segments.push(next(4) === 0 ? '**' : name());
  return segments.join('/');
}

const NAMES = ['a', 'b', 'c', 'aa', 'ab', 'ac', 'ba', 'bb', 'bc', 'ca', 'cb', 'cc', 'aaa', 'aab', 'aba', 'abb', 'baa', 'bab', 'bba', 'bbb', 'bbbb', 'abab', 'babb', 'bbab', 'bbba', 'cbb', 'bbc'];
const PATHS: readonly string[] = [
  ...NAMES,
  ...NAMES.flatMap((one) => NAMES.map((two) => `${one}/${two}`)),
  ...NAMES.slice(0, 12).flatMap((one) => NAMES.slice(0, 12).flatMap((two) => NAMES.slice(0, 12).map((three) => `${one}/${two}/${three}`))),
];

/** picomatch lets `x/**` match `x` for some spellings of x only; ours does for all. */
function oracle(glob: string): (path: string) => boolean {
  const spellings = [glob];
  while (spellings.at(-1)!.endsWith('/**')) spellings.push(spellings.at(-1)!.slice(0, -3));
  const tests = spellings.map((text) => picomatch(text, { dot: true, noextglob: true, nonegate: true, posix: true }));
  return (path) => tests.some((test) => test(path));
}

describe('against picomatch', () => {
  it('matches the same paths', () => {
    const next = random(7);
    const differences: string[] = [];
    for (let round = 0; round < 400; round += 1) {
      const glob = someGlob(next);
      expect(validateGlob(glob)).toBeUndefined();
      const theirs = oracle(glob);
      const globs = [glob];
      for (const path of PATHS) if (matches(globs, path) !== theirs(path)) differences.push(`${glob} | ${path}`);
    }
    expect(differences).toEqual([]);
  });

  it('overlap has no false alarm and misses nothing', () => {
    const next = random(11);
    const wrong: string[] = [];
    let overlapping = 0;
    for (let round = 0; round < 1500; round += 1) {
      const [a, b] = [someGlob(next), someGlob(next)];
      const said = globsOverlap(a, b);
      expect(globsOverlap(b, a)).toBe(said);
      const left = oracle(a);
      const right = oracle(b);
      const witness = PATHS.find((path) => left(path) && right(path));
      if (said !== (witness !== undefined) && !(said && needsLongerWitness(a, b))) wrong.push(`${a} | ${b} | ${String(witness)}`);
      if (said) overlapping += 1;
    }
    expect(wrong).toEqual([]);
    expect(overlapping).toBeGreaterThan(200);
    expect(overlapping).toBeLessThan(1400);
  });

  /** Names longer than those listed, or paths deeper: the common path is built from the globs instead. */
  function needsLongerWitness(a: string, b: string): boolean {
    const left = oracle(a);
    const right = oracle(b);
    const letters = ['a', 'b', 'c'];
    const longer = (max: number): string[] => {
      let names = letters;
      const all = [...names];
      for (let i = 1; i < max; i += 1) all.push(...(names = names.flatMap((name) => letters.map((letter) => name + letter))));
      return all;
    };
    const depth = Math.max(a.split('/').length, b.split('/').length) + 1;
    const wide = longer(6);
    // One deep place at a time keeps this small: every other folder is one of the listed names.
    const narrow = longer(3);
    const grow = (prefix: string, left_: number, spent: boolean): boolean => {
      for (const name of spent ? narrow : wide) {
        const path = prefix + name;
        if (left(path) && right(path)) return true;
        const possible = depthAllows(a, path) && depthAllows(b, path);
        if (left_ > 1 && possible && grow(`${path}/`, left_ - 1, spent || name.length > 3)) return true;
      }
      return false;
    };
    return grow('', depth, false);
  }

  /** Whether the folders so far can begin a match: compares each with the glob's beginning, until `**`. */
  function depthAllows(glob: string, path: string): boolean {
    const segments = glob.split('/');
    const names = path.split('/');
    return names.every((name, index) => {
      const before = segments.slice(0, index + 1);
      if (before.includes('**')) return true;
      const segment = segments[index];
      return segment !== undefined && picomatch(segment, { dot: true, noextglob: true })(name);
    });
  }
});

it.each<[string, string, boolean]>([
  ['src/**', 'src/db/x.ts', true],
  ['src/db/**', 'src/api/**', false],
  ['src/db', 'src/db/**', true],
  ['**/*.ts', 'src/a.js', false],
  ['src/{a,b}/**', 'src/[bc]/x', true],
  ['a*b', 'ab', true],
  ['*a', 'b*', true],
])('overlap of %s and %s is %s', (a, b, expected) => expect(globsOverlap(a, b)).toBe(expected));
