/** Routes get `{ store, params, query, body }` and answer `{ status, value }`. */
export const routes = [
  { method: 'GET', path: '/notes', handle: ({ store }) => ({ status: 200, value: store.list() }) },
  { method: 'POST', path: '/notes', handle: ({ store, body }) => ({ status: 201, value: store.add(body) }) },
  { method: 'GET', path: '/notes/:id', handle: ({ store, params }) => found(store.get(params.id)) },
  { method: 'PUT', path: '/notes/:id', handle: ({ store, params, body }) => found(store.change(params.id, body)) },
  {
    method: 'DELETE',
    path: '/notes/:id',
    handle: ({ store, params }) => (store.remove(params.id) ? { status: 204 } : found(undefined)),
  },
];

function found(note) {
  return note === undefined ? { status: 404, value: { error: 'No such note.' } } : { status: 200, value: note };
}
