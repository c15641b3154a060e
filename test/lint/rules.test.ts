/** Our own lint rules: a planted violation fails, and what they ask for passes. The configuration is the project's. */
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../support/root.js';

const OURS = ['switchyard/require-docstring', 'max-lines', 'no-restricted-syntax', 'no-restricted-imports', 'no-restricted-properties'];
/** Rules that need types need a program of the whole project; these do not, and nobody has to wait for it. */
const eslint = new ESLint({ cwd: repositoryRoot, overrideConfig: { languageOptions: { parserOptions: { projectService: false } } }, ruleFilter: ({ ruleId }) => OURS.includes(ruleId) });

/** Rules of ours that are broken by a text, as if it stood in a file of the product. */
async function broken(text: string, file = 'src/core/text.ts'): Promise<readonly string[]> {
  const [result] = await eslint.lintText(text, { filePath: join(repositoryRoot, file) });
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
}

test('an exported function without a docstring fails, in the product and in the page', async () => {
  expect(await broken('export function planted(): void {}\n')).toEqual(['switchyard/require-docstring']);
  expect(await broken('/** The head of the file. */\n\nexport const planted = (): number => 1;\n')).toEqual(['switchyard/require-docstring']);
  expect(await broken('/** planted */\nexport async function planted(): Promise<void> {}\n')).toEqual(['switchyard/require-docstring']);
  expect(await broken('// Not what an editor shows.\nexport function planted(): void {}\n', 'webview/time.ts')).toEqual(['switchyard/require-docstring']);
});

test('one with a sentence passes; what is not exported or no function needs none; overloads need one', async () => {
  expect(await broken('/** Milliseconds since the epoch. */\nexport const planted = (): number => 1;\nfunction own(): void {}\nown();\nexport const COUNT = 1;\nexport interface Planted {}\n')).toEqual([]);
  expect(await broken('/** One or the other. */\nexport function planted(a: string): void;\nexport function planted(a: number): void;\nexport function planted(): void {}\n')).toEqual([]);
});

test('polling, synchronous calls, shell strings and long files fail', async () => {
  expect(await broken('setInterval(() => undefined, 10);\n')).toEqual(['no-restricted-syntax']);
  expect(await broken("import { readFileSync } from 'node:fs';\nfs.readFileSync('x');\n")).toEqual(['no-restricted-syntax']);
  expect(await broken("start('x', { shell: true });\n")).toEqual(['no-restricted-syntax']);
  expect(await broken("import { execSync } from 'node:child_process';\nvoid execSync;\n")).toEqual(['no-restricted-imports']);
  expect(await broken('// x\n'.repeat(401))).toEqual(['max-lines']);
});

test('a message of the editor is shown by the one module that takes links out of it', async () => {
  for (const name of ['showInformationMessage', 'showWarningMessage', 'showErrorMessage', 'showInputBox']) {
    expect(await broken(`void vscode.window.${name}('x');\n`, 'src/ui/status.ts')).toEqual(['no-restricted-properties']);
  }
  expect(await broken("void vscode.window.showErrorMessage('x');\n", 'src/ui/messages.ts')).toEqual([]);
});
