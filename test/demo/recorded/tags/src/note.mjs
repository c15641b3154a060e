/** A note: plain data with an id, a title, a body, tags and the time of its last change (milliseconds). */

const TITLE_LIMIT = 120;
const TAG_LIMIT = 30;
const TAGS_LIMIT = 12;

export class InvalidNote extends Error {}

/** Makes a note from what a client sent. Throws InvalidNote. */
export function createNote(id, input, now) {
  return { id, ...content(input), changedAt: now };
}

/** A changed copy; absent fields stay as they are. Throws InvalidNote. */
export function changeNote(note, input, now) {
  return { ...note, ...content({ ...note, ...input }), changedAt: now };
}

/** Tags as they are kept: trimmed, lower case, without repetitions, sorted. Throws InvalidNote. */
export function normaliseTags(tags = []) {
  if (!Array.isArray(tags)) throw new InvalidNote('Tags must be a list.');
  const kept = new Set(tags.map(normaliseTag));
  if (kept.size > TAGS_LIMIT) throw new InvalidNote(`A note has at most ${TAGS_LIMIT} tags.`);
  return [...kept].sort();
}

/** One tag as it is kept. Throws InvalidNote. */
export function normaliseTag(tag) {
  if (typeof tag !== 'string' || tag.trim() === '') throw new InvalidNote('A tag must be a word.');
  const kept = tag.trim().toLowerCase();
  if (kept.length > TAG_LIMIT) throw new InvalidNote(`A tag has at most ${TAG_LIMIT} characters.`);
  return kept;
}

function content({ title, body = '', tags }) {
  if (typeof title !== 'string' || title.trim() === '') throw new InvalidNote('A note needs a title.');
  if (title.length > TITLE_LIMIT) throw new InvalidNote(`A title has at most ${TITLE_LIMIT} characters.`);
  if (typeof body !== 'string') throw new InvalidNote('The body must be text.');
  return { title: title.trim(), body, tags: normaliseTags(tags) };
}
