/** Command lines of gates as tasks of the editor run them, by the real shell. */
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { shellLine } from '../../src/ui/tryIt/shellLine.js';

test.each([
  ['nothing of the editor in it', 'echo a && test 1 = 1'],
  ['a loop over files', 'for file in a b; do echo "<${file}>"; done'],
  ['quotes of both kinds', `x='it is'; echo "\${x} "'$x ''\${x}' \\' "'\${x}'"`],
  ['defaults, lengths and commands', 'env=abc; echo ${env:-no} ${#env} ${command:-none} $(echo ${env%c})'],
  ['several lines', 'file=1\necho ${file}\n# ${input:x}\nfalse'],
])('%s', async (_what, line) => {
  const ran = async (text: string) => {
    const { stdout, stderr, exitCode } = await execa('/bin/sh', ['-c', text], { reject: false });
    return { stdout, stderr, exitCode };
  };
  expect(shellLine(line)).not.toContain('${');
  expect(await ran(shellLine(line))).toEqual(await ran(line));
});

test('a line without variables stays readable', () => {
  expect(shellLine("npm test -- 'a b'")).toBe("npm test -- 'a b'");
});
