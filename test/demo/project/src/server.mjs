import { createServer } from 'node:http';
import { readJson, sendJson } from './http/json.mjs';
import { findRoute } from './http/router.mjs';
import { InvalidNote } from './note.mjs';
import * as groups from './routes/index.mjs';

const routes = Object.values(groups).flat();

/** An HTTP server over a store; the caller listens. */
export function createApi(store) {
  return createServer((request, response) => {
    answer(store, request)
      .catch(refusal)
      .then(({ status, value }) => sendJson(response, status, value));
  });
}

async function answer(store, request) {
  const url = new URL(request.url, 'http://localhost');
  const { route, params, status } = findRoute(routes, request.method, url.pathname);
  if (route === undefined) return { status, value: { error: status === 405 ? 'Not allowed here.' : 'No such path.' } };
  const body = request.method === 'POST' || request.method === 'PUT' ? await readJson(request) : undefined;
  return route.handle({ store, params, query: url.searchParams, body });
}

function refusal(error) {
  if (error instanceof InvalidNote) return { status: 422, value: { error: error.message } };
  if (error instanceof SyntaxError) return { status: 400, value: { error: 'The body is not JSON.' } };
  if (error instanceof RangeError) return { status: 413, value: { error: error.message } };
  return { status: 500, value: { error: 'Something went wrong.' } };
}
