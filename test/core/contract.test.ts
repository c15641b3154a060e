import { describe, expect, it } from 'vitest';
import { boundaryReport, checkBoundary } from '../../src/core/contract.js';
import type { ChangedPath, ChangeSet } from '../../src/core/ports.js';

function set(changed: readonly ChangedPath[], ignored: readonly string[] = [], ignoredChanged: readonly string[] = []): ChangeSet {
  return { changed, ignored, ignoredChanged };
}
const modified = (path: string): ChangedPath => ({ path, change: 'modified' });
const kinds = (owns: readonly string[], offLimits: readonly string[], changes: ChangeSet): readonly string[] =>
  checkBoundary({ owns, offLimits }, changes).map(({ path, change, kind }) => `${path} ${change} ${kind}`);

describe('checkBoundary', () => {
  it('allows what is owned', () => expect(kinds(['src/**'], [], set([modified('src/a.ts')]))).toEqual([]));
  it('allows nothing when owns is empty', () => expect(kinds([], [], set([modified('src/a.ts')]))).toEqual(['src/a.ts modified outside-owns']));
  it('lets offLimits win, and names a path once for it', () =>
    expect(kinds(['src/**'], ['src/legacy/**', '*.md'], set([modified('README.md'), modified('src/legacy/a')]))).toEqual(['README.md modified off-limits', 'src/legacy/a modified off-limits']));
  it('judges both sides of a rename', () =>
    expect(kinds(['src/**'], [], set([{ path: 'lib/a', change: 'renamed-from' }, { path: 'src/a', change: 'renamed-to' }]))).toEqual(['lib/a renamed-from outside-owns']));
  it('refuses links that leave, hidden changes and submodules even where they are owned', () =>
    expect(
      kinds(['**'], [], set([
        { path: 'l', change: 'added', link: { target: '/etc', escapes: true } },
        { path: 'k', change: 'added', link: { target: 'a', escapes: false } },
        { path: 'h', change: 'modified', hiddenByFlag: true },
        { path: 's', change: 'added', submodule: true },
      ])),
    ).toEqual(['l added symlink-escape', 'h modified hidden-by-flag', 's added submodule']));
  it('lists every way in which one path breaks the contract', () =>
    expect(kinds(['src/**'], [], set([{ path: 'l', change: 'type', link: { target: '..', escapes: true }, hiddenByFlag: true }]))).toEqual(['l type outside-owns', 'l type symlink-escape', 'l type hidden-by-flag']));
  it('minds ignored files only where they are off limits', () =>
    expect(kinds(['src/**'], ['secrets/**', '*.pem'], set([], ['build/x', 'key.pem', 'secrets/a', 'vendor/']))).toEqual(['key.pem added off-limits', 'secrets/a added off-limits']));
  it.each(['secrets', 'secrets/**', '**', 'secrets/**/*'])('takes an ignored folder as covered by %s', (glob) => expect(kinds([], [glob], set([], ['secrets/']))).toEqual(['secrets/ added off-limits']));
  it.each(['secrets/*.pem', 'secret', 'secrets/deep/**'])('does not take an ignored folder as covered by %s', (glob) => expect(kinds([], [glob], set([], ['secrets/']))).toEqual([]));
  it('minds copied files that were changed, unless they are owned', () => {
    const changes = set([], ['.env'], ['.env', 'gone.log']);
    expect(kinds([], [], changes)).toEqual(['.env modified outside-owns', 'gone.log modified outside-owns']);
    expect(kinds(['.env'], ['*.log'], changes)).toEqual(['gone.log modified off-limits']);
  });
  it('throws for a glob it cannot read, instead of passing', () => expect(() => checkBoundary({ owns: ['../**'], offLimits: [] }, set([modified('a')]))).toThrow(TypeError));
});

it('boundaryReport has the shape of boundary --json', () => {
  const changes = set([{ path: 'src/x.ts', change: 'renamed-from', link: { target: 'a', escapes: false } }, modified('lib/a')], ['coverage/index.html']);
  expect(boundaryReport({ contract: { owns: ['lib/**'], offLimits: [] }, changes })).toEqual({
    ok: false,
    changed: [{ path: 'src/x.ts', change: 'renamed-from' }, { path: 'lib/a', change: 'modified' }],
    ignored: ['coverage/index.html'],
    violations: [{ path: 'src/x.ts', change: 'renamed-from', kind: 'outside-owns' }],
  });
  expect(boundaryReport({ contract: { owns: ['**'], offLimits: [] }, changes }).ok).toBe(true);
});
