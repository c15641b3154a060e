import { describe, expect, it, test } from 'vitest';
import { failureLine, fromFailure } from '../../src/core/failureLine.js';

const lines = (...all: readonly string[]): string => all.join('\n');

const SPEC = lines(
  '✔ keeps order (0.4ms)',
  '✖ adds (1.2ms)',
  'ℹ tests 2',
  'ℹ fail 1',
  '',
  '✖ failing tests:',
  '',
  'test at test/a.test.mjs:4:1',
  '✖ adds (1.2ms)',
  '  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:',
  '  ',
  '  1 !== 2',
  '  ',
  '      at TestContext.<anonymous> (file:///w/test/a.test.mjs:4:30)',
  "    code: 'ERR_ASSERTION',",
);
const TAP = lines('  ---', '  duration_ms: 0.5', '  ...', '# Subtest: adds', 'not ok 2 - adds', '  ---', '  duration_ms: 1.5', "  failureType: 'testCodeFailure'", '  error: |-', '    Expected values to be strictly equal:', '    ', '    1 !== 2', "  code: 'ERR_ASSERTION'", '  ...', '1..2', '# fail 1');

describe('the line that says most', () => {
  test.each([
    ['node, as people read it', SPEC, 'AssertionError [ERR_ASSERTION]: Expected values to be strictly equal: 1 !== 2'],
    ['node, as TAP', TAP, 'Expected values to be strictly equal: 1 !== 2'],
    ['vitest', lines(' ❯ src/a.test.ts (9 tests | 1 failed) 210ms', '   × groups events', 'AssertionError: expected 3 to be 2', '  - 2', ' Tests  1 failed | 8 passed (9)'), 'AssertionError: expected 3 to be 2'],
    ['jest', lines('FAIL src/a.test.js', '  ● adds', '', '    expect(received).toBe(expected)', '', 'Tests:       1 failed, 1 total'), 'FAIL src/a.test.js'],
    ['pytest', lines('    def test_a():', '>       assert f() == 2', 'E       assert 1 == 2', 'E        +  where 1 = f()', '=== 1 failed in 0.02s ==='), 'assert 1 == 2'],
    ['go', lines('--- FAIL: TestAdd (0.00s)', '    add_test.go:8: got 1, want 2', 'FAIL', 'exit status 1'), 'add_test.go:8: got 1, want 2'],
    ['cargo', lines("thread 'tests::adds' panicked at src/lib.rs:9:9:", 'assertion `left == right` failed', '  left: 1'), "thread 'tests::adds' panicked at src/lib.rs:9:9: assertion `left == right` failed"],
    ['tsc', lines("src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.", 'npm error Lifecycle script `types` failed with error:', 'npm error code 2'), "src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'."],
    ['eslint', lines('', '/w/src/a.ts', "  1:7  error  'x' is assigned a value but never used  no-unused-vars", '', '✖ 1 problem (1 error, 0 warnings)'), "1:7  error  'x' is assigned a value but never used  no-unused-vars"],
    ['a crash before any test', lines('node:internal/modules/esm/resolve:275', "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/w/b.mjs'", '    at finalizeResolution (node:internal/modules/esm/resolve:275:11)'), "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/w/b.mjs'"],
    ['a shell', 'sh: 1: vitest: not found', 'sh: 1: vitest: not found'],
    ['colours', '\u001B[31mAssertionError: expected 3 to be 2\u001B[39m', 'AssertionError: expected 3 to be 2'],
    ['words that name nothing', lines('a', 'still waiting for the file', ''), 'still waiting for the file'],
  ])('%s', (_runner, output, expected) => {
    expect(failureLine(output)).toBe(expected);
  });

  it('is none where nothing was printed, and never longer than a screen', () => {
    expect(failureLine('')).toBeUndefined();
    expect(failureLine(' \n\n')).toBeUndefined();
    expect(failureLine(`Error: ${'x'.repeat(5_000)}`)).toHaveLength(301);
  });
});

describe('the excerpt', () => {
  it('begins where the failure does, not at what is left of an earlier report', () => {
    expect(fromFailure(TAP).split('\n')[0]).toBe('not ok 2 - adds');
    expect(fromFailure(SPEC).split('\n')[0]).toBe('✖ adds (1.2ms)');
    expect(fromFailure(lines('  ---', '  ...', 'still waiting'))).toBe('still waiting');
  });
  it('is all of it where nothing says where, and keeps colours', () => {
    expect(fromFailure('one\ntwo')).toBe('one\ntwo');
    expect(fromFailure('')).toBe('');
    expect(fromFailure(lines('---', '\u001B[31m✖ adds\u001B[39m'))).toBe('\u001B[31m✖ adds\u001B[39m');
  });
});
