/** Whether one commit contains another. */
import type { Sha } from '../../core/ports.js';
import type { Repository } from './context.js';

/** So many commits are looked at without a process: an agent makes a handful on top of its base. */
const NEAR = 64;

/** See `Git.isAncestor`. No process where the answer is near, one otherwise. */
export async function isAncestor(repository: Repository, ancestor: Sha, descendant: Sha): Promise<boolean> {
  const near = await isNearAncestor(repository, ancestor, descendant);
  if (near !== undefined) return near;
  const { code } = await repository.run(['merge-base', '--is-ancestor', ancestor, descendant], { cwd: repository.root, ok: [0, 1] });
  return code === 0;
}

/** The same from the latest commits alone; `undefined` when they do not tell. No process of its own. */
export async function isNearAncestor(repository: Repository, ancestor: Sha, descendant: Sha): Promise<boolean | undefined> {
  const seen = new Set<Sha>([descendant]);
  const open: Sha[] = [descendant];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (next === ancestor) return true;
    if (seen.size > NEAR) return undefined;
    const commit = await repository.objects.read(next);
    // A shallow clone ends somewhere.
    if (commit?.type !== 'commit') return undefined;
    for (const parent of parentsOf(commit.body)) {
      if (!seen.has(parent)) open.push(parent);
      seen.add(parent);
    }
  }
  return false;
}

/** Parents in the header of a commit object. */
function parentsOf(body: Buffer): readonly Sha[] {
  const end = body.indexOf('\n\n');
  const header = body.toString('latin1', 0, end === -1 ? body.length : end);
  return Array.from(header.matchAll(/^parent ([0-9a-f]+)$/gmu), (match) => match[1] ?? '');
}
