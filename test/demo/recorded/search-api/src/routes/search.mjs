import { createIndex } from '../search/index.mjs';

const LIMIT = 20;
/** One index per store, brought up to date before each search. */
const indexes = new WeakMap();

/** `GET /search?q=words`: notes that hold every word, best first. */
export const routes = [
  {
    method: 'GET',
    path: '/search',
    handle({ store, query }) {
      const words = query.get('q') ?? '';
      if (words.trim() === '') return { status: 400, value: { error: 'Say what to search for: /search?q=words' } };
      return { status: 200, value: indexOf(store).search(words).slice(0, LIMIT) };
    },
  },
];

function indexOf(store) {
  const index = indexes.get(store) ?? indexes.set(store, createIndex()).get(store);
  index.sync(store.list());
  return index;
}
