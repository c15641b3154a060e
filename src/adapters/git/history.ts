/** Who changed some paths between two commits, and in which words. */
import type { PathCommit, Sha } from '../../core/ports.js';
import type { Repository } from './context.js';
import { isSha, splitNul } from './names.js';

const MOST = 20;
const SEPARATOR = '\x1f';

/** See `Git.commitsTouching`. One process, none without paths. */
export async function commitsTouching(repository: Repository, from: Sha, to: Sha, paths: readonly string[]): Promise<readonly PathCommit[]> {
  for (const id of [from, to]) if (!isSha(id)) throw new TypeError(`Not a commit id: ${id}`);
  if (paths.length === 0) return [];
  const format = ['%H', '%an', '%B'].join('%x1f');
  const { stdout } = await repository.run(['log', '-z', `--max-count=${MOST}`, '--no-show-signature', '--no-color', '--no-decorate', `--format=${format}`, `${from}..${to}`, '--', ...paths], {
    cwd: repository.root,
    before: ['--literal-pathspecs'],
  });
  return splitNul(stdout).flatMap((record) => {
    const [commit = '', author = '', ...message] = record.toString('utf8').split(SEPARATOR);
    return isSha(commit) ? [{ commit, author, message: message.join(SEPARATOR).trim() }] : [];
  });
}
