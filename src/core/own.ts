/**
 * What one folding has made itself. It alone knows these lists and objects, so it changes them in place instead of copying
 * them for every event; all others may be part of a state that was handed out, and are copied once.
 */
export interface Own {
  /** This list if it is the folding's own, else its own copy. */
  list<T>(list: readonly T[]): T[];
  map<K, V>(map: ReadonlyMap<K, V>): Map<K, V>;
  /** The same for an object. */
  object<T extends object>(object: T): { -readonly [K in keyof T]: T[K] };
  /** From now on nothing is: all of it is handed out. */
  giveAway(): void;
}

/** An owner to whom nothing belongs yet: the first change of anything copies it, later ones change the copy. */
export function nothingOwn(): Own {
  let own = new WeakSet();
  const mine = <T extends object>(value: T): T => {
    own.add(value);
    return value;
  };
  return {
    list: (list) => (own.has(list) ? (list as never) : mine([...list])),
    map: (map) => (own.has(map) ? (map as never) : mine(new Map(map))),
    object: (object) => (own.has(object) ? object : mine({ ...object })),
    giveAway: () => (own = new WeakSet()),
  };
}
