/** A `gh` on PATH that records how it is called and plays the little of GitHub that a test gives it. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { TempRepo } from './tempRepo.js';

export interface StandInGh {
  /** For the process under test: `gh` comes first on PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Every call's arguments and standard input, in order. */
  calls(): Promise<readonly { readonly args: readonly string[]; readonly input: string }[]>;
  /** What `gh pr view` answers from now on; `undefined`: there is none. */
  shows(view: { readonly url: string; readonly state: string; readonly mergeCommit: { readonly oid: string } | null } | undefined): Promise<void>;
  /** Exit code of `gh auth status`. */
  signedIn(yes: boolean): Promise<void>;
}

export const PULL_REQUEST = 'https://github.test/me/repo/pull/7';

export async function standInGh(repo: Pick<TempRepo, 'folder' | 'env'>): Promise<StandInGh> {
  const folder = join(repo.folder, 'gh');
  await mkdir(folder);
  const file = join(folder, 'gh');
  await writeFile(
    file,
    `#!${process.execPath}
const fs = require('node:fs');
const here = ${JSON.stringify(folder)};
const args = process.argv.slice(2);
const input = args.includes('-') ? fs.readFileSync(0, 'utf8') : '';
fs.appendFileSync(here + '/calls.jsonl', JSON.stringify({ args, input }) + '\\n');
const read = (name) => { try { return fs.readFileSync(here + '/' + name, 'utf8'); } catch { return undefined; } };
if (args[0] === 'auth') { if (read('signed-out')) { console.error('You are not logged into any GitHub hosts.'); process.exit(1); } }
else if (args[1] === 'view') { const view = read('view.json'); if (!view) { console.error('no pull requests found'); process.exit(1); } console.log(view); }
else if (args[1] === 'create') { console.log(${JSON.stringify(PULL_REQUEST)}); fs.writeFileSync(here + '/view.json', JSON.stringify({ url: ${JSON.stringify(PULL_REQUEST)}, state: 'OPEN', mergeCommit: null })); }
`,
  );
  await chmod(file, 0o755);
  return {
    env: { PATH: `${folder}${delimiter}${repo.env['PATH'] ?? ''}` },
    calls: async () => (await readFile(join(folder, 'calls.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as { args: string[]; input: string }),
    shows: (view) => writeFile(join(folder, 'view.json'), view === undefined ? '' : JSON.stringify(view)),
    signedIn: (yes) => writeFile(join(folder, 'signed-out'), yes ? '' : 'yes'),
  };
}

/** A bare repository beside it that `main` follows as `origin`. */
export async function withRemote(repo: TempRepo): Promise<string> {
  const remote = join(repo.folder, 'remote.git');
  await repo.git('init', '-q', '--bare', '-b', 'main', remote);
  await repo.git('remote', 'add', 'origin', remote);
  await repo.git('push', '-q', '-u', 'origin', 'main');
  return remote;
}
