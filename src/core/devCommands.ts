/** What starts a repository's program for a person who wants to try it, read from its own files. A choice that they see, never run by itself. */
import { scriptRunner } from './checksFound.js';

/** An argument vector, and what stands behind it in the file that it was found in. */
export interface DevCommand {
  readonly argv: readonly [file: string, ...args: string[]];
  readonly about: string;
}

/** Files that `findDevCommands` wants to see; of those that have no text of interest only that they exist. */
export const DEV_FILES = ['package.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb', 'Makefile', 'justfile', 'deno.json', 'Cargo.toml', 'src/main.rs', 'go.mod', 'main.go', 'manage.py', 'mix.exs'] as const;

/** Names under which people keep "start it", the one for development first. */
const SCRIPTS = ['dev', 'develop', 'start', 'serve', 'preview'];
const TARGETS = ['dev', 'run', 'start', 'serve'];

/** Takes the texts of those `DEV_FILES` that exist; returns commands, the most telling first. */
export function findDevCommands(texts: ReadonlyMap<string, string>): readonly DevCommand[] {
  const found: DevCommand[] = [];
  const has = (name: string): boolean => texts.has(name);
  const runner = scriptRunner(has).split(' ');
  for (const [name, script] of named(texts.get('package.json'), 'scripts', SCRIPTS)) found.push(command([...runner, name], script));
  for (const target of TARGETS) if (new RegExp(`^${target}[ \\t]*::?(?!:?=)`, 'm').test(texts.get('Makefile') ?? '')) found.push(command(['make', target], 'Makefile'));
  for (const target of TARGETS) if (new RegExp(`^@?${target}(?![\\w-])[^:\\n]*:(?!=)`, 'm').test(texts.get('justfile') ?? '')) found.push(command(['just', target], 'justfile'));
  for (const [name, task] of named(texts.get('deno.json'), 'tasks', SCRIPTS)) found.push(command(['deno', 'task', name], task));
  if (has('Cargo.toml') && has('src/main.rs')) found.push(command(['cargo', 'run'], 'src/main.rs'));
  if (has('go.mod') && has('main.go')) found.push(command(['go', 'run', '.'], 'main.go'));
  if (has('manage.py')) found.push(command(['python', 'manage.py', 'runserver'], 'manage.py'));
  if (/:phoenix\b/.test(texts.get('mix.exs') ?? '')) found.push(command(['mix', 'phx.server'], 'mix.exs'));
  return found;
}

function command([file = '', ...args]: readonly string[], about: string): DevCommand {
  return { argv: [file, ...args], about };
}

/** String entries of one object of a JSON file, in the order that is asked for. A file that is no such thing has none. */
function named(text: string | undefined, key: string, names: readonly string[]): readonly (readonly [name: string, text: string])[] {
  if (text === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    const entries: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, key) : undefined;
    if (typeof entries !== 'object' || entries === null) return [];
    return names.flatMap((name) => {
      const entry: unknown = Object.hasOwn(entries, name) ? Reflect.get(entries, name) : undefined;
      return typeof entry === 'string' && entry.trim() !== '' ? [[name, entry] as const] : [];
    });
  } catch {
    return [];
  }
}
