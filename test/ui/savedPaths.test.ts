import { expect, it } from 'vitest';
import { rememberSaves } from '../../src/ui/savedPaths.js';

it('remembers when a file, or a folder it is in, was saved last', () => {
  let now = 100;
  const saves = rememberSaves(() => now);
  saves.note('/home/me/repo/src/a.ts');
  saves.note('C:\\repo\\b.ts');
  now = 200;
  saves.note('/home/me/repo/moved/');
  expect(saves.since('/home/me/repo/src/a.ts', 100)).toBe(true);
  expect(saves.since('/home/me/repo/src/a.ts', 101)).toBe(false);
  expect(saves.since('/home/me/repo/src/a.tsx', 0)).toBe(false);
  expect(saves.since('/home/me/repo/moved/deep/c.ts', 150)).toBe(true);
  expect(saves.since('/home/me/repo', 0)).toBe(false);
  expect(saves.since('C:/repo/b.ts', 0)).toBe(true);
});

it('forgets the oldest, not the newest', () => {
  const saves = rememberSaves(() => 1);
  for (let each = 0; each < 5_001; each += 1) saves.note(`/f/${String(each)}`);
  expect(saves.since('/f/0', 0)).toBe(false);
  expect(saves.since('/f/1', 0)).toBe(true);
  expect(saves.since('/f/5000', 0)).toBe(true);
});
