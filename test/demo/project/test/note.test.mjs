import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeNote, createNote, InvalidNote } from '../src/note.mjs';

test('a note keeps its trimmed title and its body', () => {
  assert.deepEqual(createNote('1', { title: ' Milk ', body: 'two' }, 5), { id: '1', title: 'Milk', body: 'two', changedAt: 5 });
});

test('a note without a title is refused', () => {
  assert.throws(() => createNote('1', { body: 'x' }, 0), InvalidNote);
});

test('changing the body keeps the title', () => {
  const note = createNote('1', { title: 'Milk' }, 0);
  assert.equal(changeNote(note, { body: 'three' }, 1).title, 'Milk');
});
