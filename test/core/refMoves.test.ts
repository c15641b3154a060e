import { describe, expect, test } from 'vitest';
import { explains, gitActs, knownRefs, refMoves, wayBack, withoutLandings } from '../../src/core/refMoves.js';

const root = '/w/repo';
const cwd = '/w/repo.worktrees/r1/a';
const at = { root, cwd, branch: 'refs/heads/main' };
const said = (...commands: readonly string[]) => gitActs(commands.map((command, seq) => ({ type: 'tool', id: 't', name: 'bash', title: `$ ${command}`, seq, at: seq })), cwd);
const explained = (ref: string, ...commands: readonly string[]): boolean => explains(said(...commands), { ref, from: 'a', to: 'b' }, at);

test('what moved is told, but not Switchyard’s own refs, nor what was fetched, nor a landing', () => {
  const before = new Map([['HEAD', 'refs/heads/main'], ['refs/heads/main', '1'], ['refs/tags/old', '5'], ['refs/heads/switchyard/r1/a', '1'], ['refs/remotes/origin/main', '1'], ['refs/switchyard/backup/x', '1']]);
  const now = new Map([['HEAD', 'refs/heads/main'], ['refs/heads/main', '2'], ['refs/stash', '3'], ['refs/heads/switchyard/r1/a', '4'], ['refs/remotes/origin/main', '4'], ['refs/switchyard/backup/x', '4']]);
  const moves = refMoves(before, now);
  expect(moves).toEqual([{ ref: 'refs/heads/main', from: '1', to: '2' }, { ref: 'refs/stash', to: '3' }, { ref: 'refs/tags/old', from: '5' }]);
  expect(withoutLandings(moves, new Set(['2'])).map(({ ref }) => ref)).toEqual(['refs/stash', 'refs/tags/old']);
  expect(wayBack(moves)).toContain('git update-ref refs/heads/main 1 2\ngit update-ref -d refs/stash 3\ngit update-ref refs/tags/old 5\n');
});

test('hooks and settings that all worktrees share are told with what puts them back', () => {
  const moves = refMoves(new Map([['config core.hookspath', '.husky'], ['config remote.origin.url', 'https://me:key@host.test/x'], ['hooks/pre-push', '1']]), new Map([['config core.hookspath', "it's"], ['hooks/pre-commit', '2'], ['hooks/pre-push', '3']]));
  expect(wayBack(moves)).toContain(`git config core.hookspath '.husky'\ngit config remote.origin.url 'https://host.test/x'\nrm "$(git rev-parse --git-common-dir)/hooks/pre-commit"\n# hooks/pre-push was another`);
});

test('a branch that an agent makes for itself is no leak, also when it moves later; a tag and a deleted branch are', () => {
  const before = new Map([['refs/heads/main', '1'], ['refs/heads/old', '1']]);
  const first = knownRefs(before, new Map([['refs/heads/main', '1'], ['refs/heads/side', '2'], ['refs/tags/v1', '2']]));
  expect(refMoves(before, first)).toEqual([{ ref: 'refs/heads/old', from: '1' }, { ref: 'refs/tags/v1', to: '2' }]);
  expect(refMoves(first, knownRefs(first, new Map([['refs/heads/main', '1'], ['refs/heads/side', '3'], ['refs/tags/v1', '2']])))).toEqual([]);
});

describe('only an agent’s own command explains a move', () => {
  test.each([
    ['refs/heads/main', `cd ${root} && git commit -am x`],
    ['refs/heads/main', `git -C ${root} -c user.name=x commit -m y`],
    ['refs/heads/main', 'git branch -f main HEAD'],
    ['refs/heads/main', 'git push . HEAD:main'],
    ['refs/heads/main', 'git update-ref refs/heads/main HEAD~1'],
    ['HEAD', `cd ../../../repo; git checkout other`],
    ['refs/stash', 'git stash'],
    ['refs/tags/v1', 'git tag -a v1 -m "v1"'],
    ['refs/heads/feature', 'npm test && git switch -c feature'],
    ['config core.hookspath', 'git config core.hooksPath /dev/null'],
    ['config alias.st', 'git config --unset alias.st'],
    ['hooks/pre-commit', 'echo "exit 0" > "$(git rev-parse --git-common-dir)/hooks/pre-commit"'],
    ['hooks/pre-push', `cp hook.sh ${root}/.git/hooks/pre-push`],
  ])('%s by %s', (ref, command) => {
    expect(explained(ref, command)).toBe(true);
  });
  test.each([
    ['refs/heads/main', 'git commit -am x'],
    ['refs/heads/main', 'git merge main'],
    ['refs/heads/main', `cat ${root}/README.md`],
    ['HEAD', 'git checkout -b other'],
    ['refs/stash', 'git stash list'],
    ['refs/tags/v1', 'git tag v2'],
    ['config core.hookspath', 'npm ci'],
    ['config core.hookspath', 'git config --get core.hooksPath'],
    ['hooks/pre-commit', 'git commit -m x'],
    ['hooks/pre-commit', 'cat src/hooks/useState.ts'],
  ])('%s not by %s', (ref, command) => {
    expect(explained(ref, command)).toBe(false);
  });
});
