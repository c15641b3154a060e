import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findRoute } from '../src/http/router.mjs';

const routes = [{ method: 'GET', path: '/notes/:id' }];

test('finds a route and decodes its parameters', () => {
  assert.deepEqual(findRoute(routes, 'GET', '/notes/a%20b').params, { id: 'a b' });
});

test('tells a wrong method from an unknown path', () => {
  assert.equal(findRoute(routes, 'PUT', '/notes/1').status, 405);
  assert.equal(findRoute(routes, 'GET', '/other').status, 404);
});
