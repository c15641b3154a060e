import { expect, it } from 'vitest';
import { random } from '../support/random.js';

const take = (seed: number) => {
  const rnd = random(seed);
  return Array.from({ length: 1000 }, () => rnd.below(10));
};

it('the same seed gives the same numbers, another seed others', () => {
  expect(take(1)).toEqual(take(1));
  expect(take(1)).not.toEqual(take(2));
});
it('stays in its range and reaches all of it', () => expect([...new Set(take(7))].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
it('a shuffle loses nothing and leaves its argument alone', () => {
  const items = [1, 2, 3, 4, 5, 6, 7, 8];
  const shuffled = random(3).shuffled(items);
  expect([...shuffled].sort()).toEqual(items);
  expect(items).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(() => random(1).pick([])).toThrow(RangeError);
});
