import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createApi } from '../src/server.mjs';
import { createStore } from '../src/store.mjs';

async function serve(t, store) {
  const server = createApi(store).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (path) => fetch(`http://127.0.0.1:${server.address().port}${path}`);
}

test('finds notes, also after one has changed', async (t) => {
  const store = createStore();
  const { id } = store.add({ title: 'Milk', body: 'from the farm' });
  const get = await serve(t, store);
  assert.equal((await (await get('/search?q=farm')).json())[0].note.title, 'Milk');
  store.change(id, { body: '' });
  assert.deepEqual(await (await get('/search?q=farm')).json(), []);
});

test('a search for nothing is refused with a reason', async (t) => {
  const get = await serve(t, createStore());
  assert.equal((await get('/search?q=')).status, 400);
});
