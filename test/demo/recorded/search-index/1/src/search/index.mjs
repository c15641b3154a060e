import { tokenize } from './tokenize.mjs';

/** A word in the title weighs as much as this many in the body. */
const TITLE_WEIGHT = 3;

/** An inverted index over notes: word → note id → weight. */
export function createIndex() {
  const postings = new Map();
  const known = new Map();

  function add(note) {
    known.set(note.id, note);
    for (const [text, weight] of [[note.title, TITLE_WEIGHT], [note.body, 1]]) {
      for (const word of tokenize(text)) {
        const weights = postings.get(word) ?? postings.set(word, new Map()).get(word);
        weights.set(note.id, (weights.get(note.id) ?? 0) + weight);
      }
    }
  }

  return {
    /** Brings the index up to date with the notes that exist now; only what changed is read. */
    sync(notes) {
      for (const note of notes) if (known.get(note.id) !== note) add(note);
    },
    /** Notes that hold every word of the query, best first. */
    search(query) {
      const words = tokenize(query);
      if (words.length === 0) return [];
      const scores = words.map((word) => postings.get(word) ?? new Map());
      return [...scores[0].keys()]
        .filter((id) => scores.every((weights) => weights.has(id)))
        .map((id) => ({ note: known.get(id), score: scores.reduce((sum, weights) => sum + weights.get(id), 0) }))
        .sort((a, b) => b.score - a.score || b.note.changedAt - a.note.changedAt);
    },
  };
}
