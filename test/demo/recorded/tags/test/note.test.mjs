import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeNote, createNote, InvalidNote, normaliseTags } from '../src/note.mjs';

test('a note keeps its trimmed title, its body and its tags', () => {
  const note = createNote('1', { title: ' Milk ', body: 'two', tags: ['Shop'] }, 5);
  assert.deepEqual(note, { id: '1', title: 'Milk', body: 'two', tags: ['shop'], changedAt: 5 });
});

test('a note without a title is refused', () => {
  assert.throws(() => createNote('1', { body: 'x' }, 0), InvalidNote);
});

test('changing the body keeps the title and the tags', () => {
  const note = createNote('1', { title: 'Milk', tags: ['shop'] }, 0);
  const changed = changeNote(note, { body: 'three' }, 1);
  assert.equal(changed.title, 'Milk');
  assert.deepEqual(changed.tags, ['shop']);
});

test('tags are trimmed, lower case, unique and sorted', () => {
  assert.deepEqual(normaliseTags([' Shop', 'food', 'shop ']), ['food', 'shop']);
});

test('what is no list of words is refused', () => {
  for (const bad of ['shop', [1], [''], ['x'.repeat(31)], Array.from({ length: 13 }, (_, i) => `t${i}`)]) {
    assert.throws(() => normaliseTags(bad), InvalidNote);
  }
});
