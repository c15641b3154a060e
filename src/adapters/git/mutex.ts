/** One after the other: parallel `git worktree add` fails sporadically, so adding, removing and pruning go through this. */
export type Mutex = <T>(act: () => Promise<T>) => Promise<T>;

const mutexes = new Map<string, Mutex>();

/** The one mutex of a repository in this process, whoever opened it. `key`: its common git directory. */
export function mutexOf(key: string): Mutex {
  let mutex = mutexes.get(key);
  if (mutex === undefined) {
    mutex = createMutex();
    mutexes.set(key, mutex);
  }
  return mutex;
}

/** While a landing moves a checkout's files, they are neither the old nor the new ones: nobody looks at them then. */
export function checkoutOf(repository: { readonly commonDir: string }): Mutex {
  return mutexOf(`${repository.commonDir}/checkout`);
}

function createMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const mine = last.then(act, act);
    last = mine.catch(() => undefined);
    return mine;
  };
}
