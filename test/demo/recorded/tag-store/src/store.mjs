import { changeNote, createNote, normaliseTag } from './note.mjs';

/** Notes in memory, by id. `now` is the clock; tests give their own. */
export function createStore({ now = Date.now } = {}) {
  const notes = new Map();
  let last = 0;
  const newestFirst = () => [...notes.values()].reverse();
  return {
    add(input) {
      const note = createNote(String(++last), input, now());
      notes.set(note.id, note);
      return note;
    },
    get: (id) => notes.get(id),
    /** Newest first; with `tag`, only the notes that carry it. */
    list({ tag } = {}) {
      if (tag === undefined) return newestFirst();
      const wanted = normaliseTag(tag);
      return newestFirst().filter((note) => note.tags.includes(wanted));
    },
    /** Every tag in use with how many notes carry it, most used first. */
    tags() {
      const counts = new Map();
      for (const note of notes.values()) for (const tag of note.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
      return [...counts]
        .map(([tag, count]) => ({ tag, count }))
        .sort((a, b) => b.count - a.count || a.tag.localeCompare(b.tag));
    },
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
