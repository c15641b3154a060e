import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createApi } from '../src/server.mjs';
import { createStore } from '../src/store.mjs';

async function serve(t, store) {
  const server = createApi(store).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return async (path) => (await fetch(`http://127.0.0.1:${server.address().port}${path}`)).json();
}

test('lists tags and the notes of one tag', async (t) => {
  const store = createStore();
  store.add({ title: 'Milk', tags: ['shop'] });
  store.add({ title: 'Essay', tags: ['work'] });
  const get = await serve(t, store);
  assert.deepEqual((await get('/tags')).map(({ tag }) => tag), ['shop', 'work']);
  assert.deepEqual((await get('/notes?tag=shop')).map(({ title }) => title), ['Milk']);
  assert.equal((await get('/notes')).length, 2);
});

test('an empty tag is refused with a reason', async (t) => {
  const get = await serve(t, createStore());
  assert.match((await get('/notes?tag=')).error, /tag/);
});
