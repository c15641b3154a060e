import { watch } from 'node:fs';
import { readdir } from 'node:fs/promises';

/** Resolves when a file of that name is in the folder; rejects after a bounded time. Woken by the file system. */
export async function watchFor(folder: string, name: string, ms = 30_000): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const finish = (error?: Error) => {
      clearTimeout(timer);
      watcher.close();
      if (error === undefined) resolve();
      else reject(error);
    };
    const look = () => {
      readdir(folder).then((names) => {
        if (names.includes(name)) finish();
      }, reject);
    };
    const timer = setTimeout(() => finish(new Error(`${name} did not appear in ${folder}`)), ms);
    const watcher = watch(folder, look);
    look();
  });
}
