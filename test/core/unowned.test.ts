import { describe, expect, it } from 'vitest';
import type { Task } from '../../src/core/plan.js';
import { checkPlan } from '../../src/core/planCheck.js';
import { pathsNamed } from '../../src/core/unowned.js';
import { plan, task } from './build.js';

describe('paths in a text', () => {
  it.each<[string, string[]]>([
    ['Add `src/db/feed.ts` and src/db/feed.ts again; see ./docs/guide.md.', ['src/db/feed.ts', 'docs/guide.md']],
    ['Change (src/a.ts), "src/b.tsx": and .github/workflows/ci.yml!', ['src/a.ts', 'src/b.tsx', '.github/workflows/ci.yml']],
    ['Add the script to package.json, then note it in CHANGELOG.md and vite.config.ts.', ['package.json', 'CHANGELOG.md', 'vite.config.ts']],
    ['Own packages/core/package.json only', ['packages/core/package.json']],
    ['Node.js, e.g. Next.js and/or 1.5/2.0, v1/v2, client/server', []],
    ['GET /api/feed.json answers; https://example.com/a/b.html and github.com/owner/repo.git explain', []],
    ['all of src/**/*.ts, src/*.ts, @scope/pkg/index.js, ../up/x.ts, ~/x/y.ts and node_modules/x/y.js', []],
    ['x'.repeat(200_000), []],
    ['a/'.repeat(50_000), []],
  ])('%#', (text, expected) => expect(pathsNamed(text)).toEqual(expected));
});

describe('files that nobody owns', () => {
  const unowned = (...tasks: readonly Task[]) => checkPlan(plan(...tasks)).problems.filter((problem) => problem.code === 'unowned');

  it('are a warning that names the task and the files, and never stop a plan', () => {
    const checked = checkPlan(plan(task('db', { owns: ['src/db/**'], instructions: 'Write src/db/feed.ts and export it from src/index.ts.' })));
    expect(checked).toMatchObject({ ok: true, problems: [{ code: 'unowned', severity: 'warning', tasks: ['db'], message: 'db names src/index.ts, which no task owns: agents may read it, nobody may change it' }] });
  });

  it('are looked for in acceptance too; what another task owns is somebody’s', () => {
    const contract = { owns: ['src/api/**'], offLimits: [], acceptance: ['docs/api.md says how', 'src/db/feed.ts is used'], gate: ['true'] };
    expect(unowned(task('api', { contract }), task('db', { owns: ['src/db/**'] })).map((problem) => problem.message)).toEqual([expect.stringMatching(/^api names docs\/api\.md, which/) as string]);
  });

  it('are none where the task says that the file is off limits, or a contract spells the whole path', () => {
    expect(unowned(task('a', { contract: { offLimits: ['old/**'] }, instructions: 'Leave old/x.ts as it is.' }))).toEqual([]);
    expect(unowned(task('a', { owns: ['packages/web/src/x.ts', 'packages/web/package.json'], instructions: 'Change src/x.ts and package.json.' }))).toEqual([]);
  });

  it('of the goal come first and belong to no task', () => {
    const { problems } = checkPlan({ ...plan(task('a', { owns: ['a/**'] })), goal: 'Add a feed and describe it in README.md' });
    expect(problems).toEqual([{ code: 'unowned', severity: 'warning', tasks: [], message: 'the goal names README.md, which no task owns: agents may read it, nobody may change it' }]);
  });
});
