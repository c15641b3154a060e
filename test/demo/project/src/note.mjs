/** A note: plain data with an id, a title, a body and the time of its last change (milliseconds). */

const TITLE_LIMIT = 120;

export class InvalidNote extends Error {}

/** Makes a note from what a client sent. Throws InvalidNote. */
export function createNote(id, input, now) {
  return { id, ...content(input), changedAt: now };
}

/** A changed copy; absent fields stay as they are. Throws InvalidNote. */
export function changeNote(note, input, now) {
  return { ...note, ...content({ ...note, ...input }), changedAt: now };
}

function content({ title, body = '' }) {
  if (typeof title !== 'string' || title.trim() === '') throw new InvalidNote('A note needs a title.');
  if (title.length > TITLE_LIMIT) throw new InvalidNote(`A title has at most ${TITLE_LIMIT} characters.`);
  if (typeof body !== 'string') throw new InvalidNote('The body must be text.');
  return { title: title.trim(), body };
}
