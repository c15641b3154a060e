import { describe, expect, it } from 'vitest';
import { dollars, firstSentence, unquoted, withoutMark } from '../../src/core/text.js';

describe('a text for people', () => {
  it('is cut after its first sentence, not at a stop inside a name or a number', () => {
    expect(firstSentence('Could not merge api: src/a.ts conflicts with Ada in “Rename it”. Your work is safe.')).toEqual({ first: 'Could not merge api: src/a.ts conflicts with Ada in “Rename it”.', rest: 'Your work is safe.' });
    expect(firstSentence('The disk has 0.7 GB free, and 2 GB are to stay free. No worktree was made.').rest).toBe('No worktree was made.');
    expect(firstSentence('`npm test` passed but ran no test: nothing was proven. Review it.').first).toBe('`npm test` passed but ran no test: nothing was proven.');
    expect(firstSentence('Install it with npm v2.1 then go on')).toEqual({ first: 'Install it with npm v2.1 then go on', rest: '' });
    expect(firstSentence('one line\nanother')).toEqual({ first: 'one line', rest: 'another' });
  });

  it('never prints spent money as nothing', () => {
    expect([0, 0.84, 12.345, 0.01, 0.00284, 0.000012].map(dollars)).toEqual(['$0.00', '$0.84', '$12.35', '$0.01', '$0.0028', '$0.000012']);
  });

  it('is read without a mark of byte order', () => {
    expect([withoutMark('\uFEFF{}'), withoutMark('{}'), withoutMark('')]).toEqual(['{}', '{}', '']);
  });

  it('loses its back quotes where code cannot be shown', () => {
    expect(unquoted('`npm test` failed after `npm ci`; a lone ` stays')).toBe('npm test failed after npm ci; a lone ` stays');
  });
});
