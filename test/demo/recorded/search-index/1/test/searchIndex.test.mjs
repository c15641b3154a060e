import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIndex } from '../src/search/index.mjs';

const note = (id, title, body = '', changedAt = 0) => ({ id, title, body, changedAt });
const titles = (found) => found.map(({ note: { title } }) => title);

function indexOf(...notes) {
  const index = createIndex();
  index.sync(notes);
  return index;
}

test('finds notes that hold every word', () => {
  const index = indexOf(note('1', 'Milk and eggs'), note('2', 'Milk'));
  assert.deepEqual(titles(index.search('eggs milk')), ['Milk and eggs']);
});

test('a word in the title counts more than one in the body', () => {
  const index = indexOf(note('1', 'Shopping', 'milk'), note('2', 'Milk'));
  assert.deepEqual(titles(index.search('milk')), ['Milk', 'Shopping']);
});

test('a query without words finds nothing', () => {
  assert.deepEqual(indexOf(note('1', 'Milk')).search('the'), []);
});

test('a changed note is found by its new words only', () => {
  const index = indexOf(note('1', 'Milk'));
  index.sync([note('1', 'Bread')]);
  assert.deepEqual(titles(index.search('bread')), ['Bread']);
  assert.deepEqual(index.search('milk'), []);
});

test('a removed note is not found any more', () => {
  const index = indexOf(note('1', 'Milk'), note('2', 'Bread'));
  index.sync([note('2', 'Bread')]);
  assert.deepEqual(index.search('milk'), []);
});
