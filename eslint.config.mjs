import tseslint from 'typescript-eslint';
import reactHooks from 'eslint-plugin-react-hooks';
import docstrings from './test/lint/docstrings.mjs';

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.vscode-test/**', 'test-output/**', '*.cjs', '*.mjs', 'test/**/*.mjs', 'test/**/*.cjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-invalid-void-type': ['error', { allowInGenericTypeArguments: true }],
      'max-lines': ['error', { max: 800 }],
    },
  },
  {
    // One job a file. Comments count: what needs many of them does too much.
    files: ['src/**/*.ts', 'webview/**/*.{ts,tsx}'],
    plugins: { switchyard: docstrings },
    rules: { 'max-lines': ['error', { max: 400 }], 'switchyard/require-docstring': 'error' },
  },
  {
    // The product never blocks its host and never builds a shell string; one gate runner is the stated exception.
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { paths: [{ name: 'node:child_process', importNames: ['exec', 'execSync', 'spawnSync', 'execFileSync'], message: 'argv and async only' }] }],
      'no-restricted-syntax': [
        'error',
        { selector: "CallExpression[callee.name='setInterval']", message: 'No polling: wait for an event.' },
        { selector: "CallExpression[callee.property.name=/Sync$/]", message: 'No synchronous calls in the product.' },
        { selector: "Property[key.name='shell'][value.value=true]", message: 'No shell strings.' },
      ],
    },
  },
  {
    // A message of the editor runs the commands that its text links to.
    files: ['src/ui/**/*.ts'],
    ignores: ['src/ui/messages.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['showInformationMessage', 'showWarningMessage', 'showErrorMessage', 'showInputBox', 'createInputBox'].map((property) => ({ property, message: 'Texts of agents and planners may hold links to commands: src/ui/messages.ts shows them as plain text.' })),
      ],
    },
  },
  { files: ['webview/**/*.{ts,tsx}'], plugins: { 'react-hooks': reactHooks }, rules: { ...reactHooks.configs.recommended.rules } },
  {
    files: ['test/**/*.{ts,tsx}'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/require-await': 'off' },
  },
);
