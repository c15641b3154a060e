/** Attempts by their folders: `…/<task>/<number>`, as the engine lays them out. Pure. */

/** Both belong to one task, and `folder` is of the earlier attempt. */
export function isEarlier(folder: string, than: string): boolean {
  const [task, number] = parts(folder);
  const [other, later] = parts(than);
  return task === other && number < later;
}

function parts(folder: string): readonly [task: string, number: number] {
  const at = Math.max(folder.lastIndexOf('/'), folder.lastIndexOf('\\'));
  return [folder.slice(0, at), Number(/\d+$/.exec(folder)?.[0] ?? 0)];
}
