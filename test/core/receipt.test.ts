import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/core/events.js';
import { isLockFile } from '../../src/core/lockNames.js';
import type { ToolVersion } from '../../src/core/ports.js';
import { whyOutdated } from '../../src/core/receipt.js';
import type { Receipt } from '../../src/core/run.js';
import { toolsNamed } from '../../src/core/toolsNamed.js';
import { Run, SHA, plan, task } from './build.js';

describe('tools that command lines name', () => {
  it.each<[string, readonly string[]]>([
    ['true', ['node']],
    ['npm test && npm run lint', ['node', 'npm']],
    ['CI=1 "/usr/local/bin/npm" test', ['node', 'npm']],
    ['cd web; pnpm -r test | tee log', ['node', 'pnpm']],
    ['timeout 60 cargo test --workspace', ['cargo', 'node', 'rustc']],
    ['if test -f x; then go vet ./... ; fi', ['go', 'node']],
    ['(exec env A=b python3 -m pytest)', ['node', 'python3']],
    ['pytest -q', ['node', 'pytest', 'python3']],
    ['npm.cmd test', ['node', 'npm']],
    ['./gradlew check && ./npm-wrapper', ['node']],
    ['echo npm cargo', ['node']],
    ['', ['node']],
  ])('%s', (command, tools) => expect(toolsNamed([command])).toEqual(tools));
});

describe('lock files', () => {
  it.each(['package-lock.json', 'a/b/yarn.lock', 'go.sum', 'Cargo.lock'])('%s', (path) => expect(isLockFile(path)).toBe(true));
  it.each(['package.json', 'package-lock.json.bak', 'yarn.lock/x', 'mygo.sum'])('not %s', (path) => expect(isLockFile(path)).toBe(false));
});

const node: ToolVersion = { name: 'node', version: '20.1.0', path: '/usr/bin/node', modified: 1 };
const lock = { hash: 'aa', files: ['go.sum'] };
const receipt: Receipt = { id: 'r1-a-0', tree: SHA('1'), base: SHA('0'), commands: [{ command: 'npm test', exitCode: 0, ms: 1 }], lock, tools: [node], at: 0 };

describe('a receipt holds', () => {
  it.each<[string, Receipt, readonly ToolVersion[], string | undefined]>([
    ['while all is the same', receipt, [node], undefined],
    ['where only the file moved', receipt, [{ ...node, path: '/opt/node', modified: 9 }], undefined],
    ['where the program is the same and its version unknown', { ...receipt, tools: [{ name: 'just', path: '/j', modified: 1 }] }, [{ name: 'just', path: '/j', modified: 1 }], undefined],
    ['where a tool is as absent as before', { ...receipt, tools: [{ name: 'just' }] }, [{ name: 'just' }], undefined],
    ['when a person accepted it, whatever changed', { ...receipt, unproven: true, tools: [] }, [node], undefined],
    ['not with another version', receipt, [{ ...node, version: '22.0.0', modified: 2 }], 'node is 22.0.0 now, and was 20.1.0 when the gate ran'],
    ['not when a tool is gone', receipt, [{ name: 'node' }], 'node is unknown now'],
    ['not when a tool of unknown version was exchanged', { ...receipt, tools: [{ name: 'just', path: '/j', modified: 1 }] }, [{ name: 'just', path: '/j', modified: 2 }], 'just is unknown now, and was unknown'],
    ['not with a shim that answers otherwise', { ...receipt, tools: [{ name: 'node', version: '20.1.0' }] }, [{ name: 'node', version: '20.2.0' }], 'node is 20.2.0 now'],
  ])('%s', (_what, made, tools, why) => {
    const answer = whyOutdated(made, { lock, tools });
    if (why === undefined) expect(answer).toBeUndefined();
    else expect(answer).toContain(why);
  });
  it('not with other lock files, nor without', () => {
    expect(whyOutdated(receipt, { lock: { ...lock, hash: 'bb' }, tools: [node] })).toContain('lock files');
    expect(whyOutdated(receipt, { lock: undefined, tools: [node] })).toContain('lock files');
    expect(whyOutdated({ ...receipt, lock: null }, { lock: undefined, tools: [node] })).toBeUndefined();
  });
  it('not when an earlier version made it, which bound neither', () => {
    const { tools: _tools, ...old } = receipt;
    expect(whyOutdated(old, { lock, tools: [] })).toContain('does not say with which tools');
  });
});

describe('the receipts of a run', () => {
  const green = (id: string, made: Receipt): readonly EventBody[] => [
    { type: 'gate.started', task: id, attempt: 1, of: 1, tree: made.tree, base: made.base },
    { type: 'gate.finished', task: id, attempt: 1, verdict: 'green', results: [], receipt: made, costsRetry: false },
  ];
  const run = () => new Run().approve(plan(task('a'), task('b')));

  it('are all kept, the newest last; the same tree gated again replaces its own', () => {
    const state = run().add(...green('a', receipt), ...green('b', { ...receipt, id: 'r1-b-0' }), ...green('a', { ...receipt, at: 9 })).state;
    expect(state.receipts.map((each) => [each.receipt.id, each.receipt.at, each.tasks])).toEqual([['r1-b-0', 0, ['b']], ['r1-a-0', 9, ['a']]]);
  });

  it('say what landed by them, also several by one', () => {
    const batch = { ...receipt, id: 'r1-batch-1' };
    const state = run().add(
      { type: 'receipt.made', receipt: batch },
      { type: 'merge.intended', task: 'a', from: SHA('0'), to: SHA('2'), receipt: batch.id },
      { type: 'merge.intended', task: 'b', from: SHA('0'), to: SHA('3'), receipt: batch.id },
      { type: 'merge.refused', task: 'b', reason: 'base-moved' },
      { type: 'merge.landed', task: 'a', commit: SHA('2') },
      { type: 'merge.landed', task: 'b', commit: SHA('4') },
    ).state;
    expect(state.receipts).toMatchObject([{ tasks: ['a', 'b'], landings: [{ task: 'a', commit: SHA('2') }] }]);
  });

  it('that do not hold any more are taken from the task, not from the list', () => {
    const state = run().add(...green('a', receipt), { type: 'receipt.outdated', task: 'a', receipt: receipt.id, why: 'x' }).state;
    expect(state.tasks.get('a')?.receipt).toBeUndefined();
    expect(state.receipts).toHaveLength(1);
  });
});
