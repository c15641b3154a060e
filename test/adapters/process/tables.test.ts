import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { parseStat } from '../../../src/adapters/process/linux.js';
import { parsePs } from '../../../src/adapters/process/macos.js';
import { members } from '../../../src/adapters/process/members.js';
import { parseCim } from '../../../src/adapters/process/windows.js';
import { isSame, startTime } from '../../../src/adapters/process.js';

test('a command name with spaces and parentheses does not shift the fields of stat', () => {
  const fields = ['S', '11', '22', '33', ...Array.from({ length: 15 }, (_, index) => String(index)), '987654', 'rest'];
  expect(parseStat(`77 (a) (b c)) ${fields.join(' ')}`, 'boot')).toEqual({ ppid: 11, session: 33, startTime: 'boot:987654' });
  expect(parseStat(`77 (x) ${['Z', ...fields.slice(1)].join(' ')}`, 'boot')).toBeUndefined();
  expect(parseStat('', 'boot')).toBeUndefined();
});

test('lines of ps are read with their start time and mark; zombies are left out', () => {
  const text = [
    '    1     0     1 Ss   Mon Nov  3 08:00:01 2025     /sbin/launchd',
    '  501     1   501 S+   Fri Nov 21 02:13:07 2026     node agent.js PATH=/bin SWITCHYARD_NONCE=abc HOME=/x',
    '  502   501   501 Z    Fri Nov 21 02:13:08 2026     (sh)',
  ].join('\n');
  expect(parsePs(text, 'abc')).toEqual([
    { pid: 1, ppid: 0, session: 1, startTime: 'Mon Nov 3 08:00:01 2025', marked: false },
    { pid: 501, ppid: 1, session: 501, startTime: 'Fri Nov 21 02:13:07 2026', marked: true },
  ]);
  expect(parsePs(text, 'ab')[1]?.marked).toBe(false);
});

test('lines of the Windows query are read', () => {
  expect(parseCim('4 0 1330\r\n88 4 1331\r\n\r\n')).toEqual([
    { pid: 4, ppid: 0, startTime: '1330', session: 0, marked: false },
    { pid: 88, ppid: 4, startTime: '1331', session: 0, marked: false },
  ]);
});

test('Windows: who got the number of an orphan’s dead parent is not its parent, so a stop of one never reaches the other', () => {
  const rows = parseCim('50 4 132500000000000100\r\n60 50 132500000000000000\r\n70 50 132500000000000200\r\n');
  expect(rows.map(({ pid, ppid }) => [pid, ppid])).toEqual([[50, 4], [60, 0], [70, 50]]);
  expect(members(rows, { pid: 50, startTime: '132500000000000100' }, [], 1).map(({ pid }) => pid)).toEqual([50, 70]);
});

test('a start time names one process: equal for the same, gone with it', async () => {
  const mine = await startTime(process.pid);
  expect(mine).toBeDefined();
  expect(await startTime(process.pid)).toBe(mine);
  expect(await isSame(process.pid, mine ?? '')).toBe(true);
  expect(await isSame(process.pid, 'another')).toBe(false);
  expect(await isSame(0, '')).toBe(false);
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e8)'], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const theirs = (await startTime(pid)) ?? '';
  expect(await isSame(pid, theirs)).toBe(true);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  expect(await isSame(pid, theirs)).toBe(false);
  expect(await startTime(pid)).toBeUndefined();
});
