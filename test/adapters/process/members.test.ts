import { expect, test } from 'vitest';
import { members } from '../../../src/adapters/process/members.js';
import type { ProcessRow } from '../../../src/adapters/process/table.js';

const row = (pid: number, ppid: number, more: Partial<ProcessRow> = {}): ProcessRow => ({ pid, ppid, startTime: `t${pid}`, session: 0, marked: false, ...more });
const pids = (rows: readonly ProcessRow[]): number[] => rows.map(({ pid }) => pid).sort((a, b) => a - b);

const ROOT = { pid: 10, startTime: 't10' };

test('descendants of the root, at any depth', () => {
  expect(pids(members([row(1, 0), row(10, 1), row(11, 10), row(12, 11), row(20, 1)], ROOT, [], 5))).toEqual([10, 11, 12]);
});

test('marked processes and what descends from them, without any root', () => {
  expect(pids(members([row(30, 1, { marked: true }), row(31, 30), row(40, 1)], undefined, [], 5))).toEqual([30, 31]);
});

test('a process found before stays ours when its parent is gone', () => {
  expect(pids(members([row(12, 1), row(13, 12)], ROOT, [{ pid: 12, startTime: 't12' }], 5))).toEqual([12, 13]);
});

test("a pid that became somebody else's is not ours, nor is that one's session", () => {
  const recycled = [row(10, 1, { startTime: 'later', session: 10 }), row(50, 10, { session: 10 })];
  expect(pids(members(recycled, ROOT, [{ pid: 10, startTime: 't10' }], 5))).toEqual([]);
});

test("the root's session counts while the root lives and after its death", () => {
  expect(pids(members([row(10, 1, { session: 10 }), row(14, 1, { session: 10 })], ROOT, [], 5))).toEqual([10, 14]);
  expect(pids(members([row(14, 1, { session: 10 })], ROOT, [], 5))).toEqual([14]);
});

test('we never find ourselves, also as a descendant, and a loop of parents ends', () => {
  expect(pids(members([row(10, 11), row(11, 10), row(5, 10), row(6, 5)], ROOT, [], 5))).toEqual([10, 11]);
});
