import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createApi } from '../src/server.mjs';
import { createStore } from '../src/store.mjs';

async function serve(t) {
  const server = createApi(createStore()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const base = `http://127.0.0.1:${server.address().port}`;
  return (method, path, body) => fetch(base + path, { method, body: body === undefined ? undefined : JSON.stringify(body) });
}

test('a note is created, read, changed and removed', async (t) => {
  const ask = await serve(t);
  const made = await (await ask('POST', '/notes', { title: 'Milk' })).json();
  assert.equal((await (await ask('GET', `/notes/${made.id}`)).json()).title, 'Milk');
  assert.equal((await ask('PUT', `/notes/${made.id}`, { title: 'Bread' })).status, 200);
  assert.equal((await ask('DELETE', `/notes/${made.id}`)).status, 204);
  assert.equal((await ask('GET', `/notes/${made.id}`)).status, 404);
});

test('a bad note is refused with a reason', async (t) => {
  const ask = await serve(t);
  const refused = await ask('POST', '/notes', {});
  assert.equal(refused.status, 422);
  assert.match((await refused.json()).error, /title/);
});
