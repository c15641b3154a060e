import { changeNote, createNote } from './note.mjs';

/** Notes in memory, by id. `now` is the clock; tests give their own. */
export function createStore({ now = Date.now } = {}) {
  const notes = new Map();
  let last = 0;
  return {
    add(input) {
      const note = createNote(String(++last), input, now());
      notes.set(note.id, note);
      return note;
    },
    get: (id) => notes.get(id),
    /** Newest first. */
    list: () => [...notes.values()].reverse(),
    change(id, input) {
      const note = notes.get(id);
      if (note === undefined) return undefined;
      const changed = changeNote(note, input, now());
      notes.set(id, changed);
      return changed;
    },
    remove: (id) => notes.delete(id),
  };
}
