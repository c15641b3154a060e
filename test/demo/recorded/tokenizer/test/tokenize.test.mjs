import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenize } from '../src/search/tokenize.mjs';

test('splits at everything that is no letter and no digit', () => {
  assert.deepEqual(tokenize('Buy 2 eggs, butter/milk!'), ['buy', '2', 'eggs', 'butter', 'milk']);
});

test('ignores case, accents and stop words', () => {
  assert.deepEqual(tokenize('The Café of ÉMILE'), ['cafe', 'emile']);
});

test('an empty text has no words', () => {
  assert.deepEqual(tokenize(' … '), []);
});
