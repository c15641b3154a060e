import { describe, expect, it } from 'vitest';
import { fate, fateText, namedBackup } from '../../src/core/backups.js';
import { bytesText } from '../../src/core/text.js';

const DAY = 24 * 60 * 60_000;

describe('a backup', () => {
  it.each([
    ['r1/db/dropped', { run: 'r1', task: 'db', words: 'the task was dropped' }],
    ['r1/db/dropped-2', { run: 'r1', task: 'db', words: 'the task was dropped' }],
    ['r12/db/branch', { run: 'r12', task: 'db', words: 'its branch was removed; no other has these commits' }],
    ['r1/db/leak-2-1', { run: 'r1', task: 'db', words: 'stray changes of attempt 2' }],
    ['r1/db/landed', { run: 'r1', task: 'db', words: 'ignored files of a landed task that .worktreeinclude asks for' }],
    ['r1/db/some-other-act', { run: 'r1', task: 'db', words: 'some other act' }],
    ['old', { words: 'saved before a removal' }],
  ])('%s says whose it is and why', (name, says) => {
    expect(namedBackup(`refs/switchyard/backup/${name}`)).toMatchObject(says);
  });

  it('may go when it has landed or its time is over, and never while somebody has to decide', () => {
    const young = { at: 0, landed: false };
    expect(fate(young, 30 * DAY - 1, 30)).toEqual({ expiresAt: 30 * DAY, expired: false });
    expect(fate(young, 30 * DAY, 30).expired).toBe(true);
    expect(fate({ ...young, landed: true }, 1, 30).expired).toBe(true);
    expect(fate({ ...young, landed: true, held: 'why' }, 90 * DAY, 30).expired).toBe(false);
    expect(fate(young, 9_000 * DAY, undefined).expired).toBe(false);
  });

  it('says what becomes of it', () => {
    const at = (held?: string) => ({ bytes: 12_300, landed: false, expired: false, expiresAt: new Date(2026, 11, 3, 12).getTime(), ...(held !== undefined && { held }) });
    expect(fateText(at())).toBe('12 KB, not landed, kept until 3 Dec 2026');
    expect(fateText({ ...at(), landed: true, expired: true })).toBe('12 KB, landed since; Clean Up removes it');
    expect(fateText(at('kept until you decide'))).toBe('12 KB, kept until you decide');
    expect(fateText({ ...at(), expiresAt: Number.MAX_SAFE_INTEGER })).toBe('12 KB, not landed, kept');
  });
});

it.each([[0, '0 B'], [820, '820 B'], [999.6, '1 KB'], [12_345, '12 KB'], [999_600, '1.0 MB'], [3_449_000, '3.4 MB'], [120_000_000, '120 MB'], [1_250_000_000, '1.3 GB'], [2.5e15, '2500 TB']])('%d bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
