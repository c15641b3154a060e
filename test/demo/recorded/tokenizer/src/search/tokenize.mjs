/** Words that say nothing about a note. */
const STOP = new Set(['a', 'an', 'and', 'in', 'is', 'of', 'on', 'or', 'the', 'to', 'with']);

/** The words of a text for the index and for queries: lower case, without accents, without stop words, in order. */
export function tokenize(text) {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !STOP.has(word));
}
