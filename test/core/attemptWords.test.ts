import { expect, test } from 'vitest';
import { againWords, attemptWords } from '../../src/core/attemptWords.js';

const tried = (...aside: readonly boolean[]) => aside.map((each, at) => ({ attempt: at + 1, ...(each && { aside: true as const }) }));

test.each([
  ['none yet', tried(), '', undefined],
  ['the last one', tried(false, false), 'attempt 2 of 3', undefined],
  ['more than were planned', tried(false, false, false, false), 'attempt 4 of 4', undefined],
  ['gone back to an earlier one', tried(false, true, true), 'attempt 1 again', 'attempt 1 again'],
  ['tried again after going back', tried(false, true, false), 'attempt 3 of 3', undefined],
])('%s', (_what, attempts, words, again) => {
  expect(attemptWords(attempts, 3)).toBe(words);
  expect(againWords(attempts)).toBe(again);
});
