/** Which tools a gate's command lines name, so that a receipt can say their versions. */

/** Name as it is shown, by the first word of a command. What is not here is the repository's own and bound by its tree. */
const TOOLS: Readonly<Record<string, readonly string[]>> = {
  node: ['node'],
  npm: ['node', 'npm'],
  npx: ['node', 'npm'],
  pnpm: ['node', 'pnpm'],
  pnpx: ['node', 'pnpm'],
  yarn: ['node', 'yarn'],
  bun: ['bun'],
  bunx: ['bun'],
  deno: ['deno'],
  python: ['python'],
  python3: ['python3'],
  pytest: ['python3', 'pytest'],
  tox: ['python3', 'tox'],
  nox: ['python3', 'nox'],
  poetry: ['python3', 'poetry'],
  uv: ['uv'],
  uvx: ['uv'],
  pipenv: ['python3', 'pipenv'],
  hatch: ['hatch'],
  ruff: ['ruff'],
  mypy: ['python3', 'mypy'],
  cargo: ['rustc', 'cargo'],
  rustc: ['rustc'],
  go: ['go'],
  ruby: ['ruby'],
  bundle: ['ruby', 'bundle'],
  rake: ['ruby', 'rake'],
  rspec: ['ruby', 'rspec'],
  php: ['php'],
  composer: ['php', 'composer'],
  java: ['java'],
  mvn: ['java', 'mvn'],
  gradle: ['java', 'gradle'],
  dotnet: ['dotnet'],
  swift: ['swift'],
  make: ['make'],
  cmake: ['cmake'],
  ctest: ['cmake'],
  just: ['just'],
  docker: ['docker'],
};

/** Words that only start another command. */
const WRAPPERS = new Set(['command', 'env', 'exec', 'time', 'nice', 'nohup', 'timeout', 'sudo', 'cross-env', 'xvfb-run', 'then', 'do', 'else', 'if', 'while', '!', '{', '(']);

/** Sorted names, each once. Node is always among them: most gates reach it through a script that we cannot see into. */
export function toolsNamed(commands: readonly string[]): readonly string[] {
  const found = new Set(['node']);
  for (const command of commands) {
    for (const part of command.split(/&&|\|\||[;|\n&(){}]|\$\(|`/)) {
      const word = firstWord(part);
      for (const tool of word === undefined ? [] : (TOOLS[word] ?? [])) found.add(tool);
    }
  }
  return [...found].sort();
}

/** `FOO=1 "/usr/bin/npm" test` names npm. */
function firstWord(part: string): string | undefined {
  for (const raw of part.trim().split(/\s+/)) {
    const word = raw.replace(/^["']|["']$/g, '');
    if (word === '' || /^[A-Za-z_][A-Za-z0-9_]*=/.test(word) || WRAPPERS.has(word) || /^-|^\d+[smh]?$/.test(word)) continue;
    return (word.split(/[\\/]/).at(-1) ?? word).replace(/\.(?:exe|cmd|bat)$/i, '');
  }
  return undefined;
}
