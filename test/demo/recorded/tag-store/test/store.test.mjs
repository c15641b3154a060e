import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStore } from '../src/store.mjs';

test('lists newest first', () => {
  const store = createStore();
  store.add({ title: 'one' });
  store.add({ title: 'two' });
  assert.deepEqual(store.list().map((note) => note.title), ['two', 'one']);
});

test('changes and removes by id', () => {
  const store = createStore({ now: () => 7 });
  const { id } = store.add({ title: 'one' });
  assert.equal(store.change(id, { title: 'uno' }).title, 'uno');
  assert.equal(store.remove(id), true);
  assert.equal(store.get(id), undefined);
});

test('changing what is not there gives nothing', () => {
  assert.equal(createStore().change('9', { title: 'x' }), undefined);
});

test('lists the notes that carry a tag, however it is written', () => {
  const store = createStore();
  store.add({ title: 'milk', tags: ['shop'] });
  store.add({ title: 'essay', tags: ['work'] });
  assert.deepEqual(store.list({ tag: ' Shop' }).map((note) => note.title), ['milk']);
});

test('counts tags, most used first', () => {
  const store = createStore();
  store.add({ title: 'a', tags: ['work'] });
  store.add({ title: 'b', tags: ['home', 'work'] });
  assert.deepEqual(store.tags(), [{ tag: 'work', count: 2 }, { tag: 'home', count: 1 }]);
});
