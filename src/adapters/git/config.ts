/**
 * Git's configuration with the scope of every entry, and the overrides that keep a worktree's reading honest: an
 * agent can run `git config`, so what the repository says counts only as it was when the worktree was made.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from './context.js';
import { splitNul } from './names.js';
import { inside, type Place } from './place.js';

export interface ConfigEntry {
  /** `system`, `global`, `local`, `worktree` or `command`. */
  readonly scope: string;
  /** Section and variable in lower case. */
  readonly key: string;
  readonly value: string;
}

/** Settings that decide what git sees in a worktree, with git's own defaults. */
const SEEING: Readonly<Record<string, string>> = {
  'core.autocrlf': 'false',
  'core.eol': 'native',
  'core.filemode': 'true',
  'core.ignorecase': 'false',
  'core.symlinks': 'true',
  'core.sparsecheckout': 'false',
};
/** What `git init` finds out about a file system that is not POSIX. */
const OF_THE_FILE_SYSTEM: ReadonlySet<string> = new Set(['core.filemode', 'core.ignorecase', 'core.symlinks']);
const LFS: Readonly<Record<string, string>> = {
  clean: 'git-lfs clean -- %f',
  smudge: 'git-lfs smudge -- %f',
  process: 'git-lfs filter-process',
  required: 'true',
};

const cache = new WeakMap<Repository, Map<string, { readonly signature: string; readonly entries: readonly ConfigEntry[] }>>();

/** One process, and none while the files have not changed since the last call. */
export async function readConfig(repository: Repository, place: Place): Promise<readonly ConfigEntry[]> {
  const known = cache.get(repository) ?? new Map<string, { signature: string; entries: readonly ConfigEntry[] }>();
  cache.set(repository, known);
  const { signature, ownFile } = await signatureOf(repository, place);
  // Worktrees without a configuration of their own all read the same.
  const owner = ownFile ? place.gitDir : repository.commonDir;
  const cached = known.get(owner);
  if (cached?.signature === signature) return cached.entries;
  const { stdout } = await repository.run(['config', '--list', '-z', '--show-scope'], inside(place));
  const parts = splitNul(stdout).map(String);
  const entries: ConfigEntry[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const text = parts[at + 1] ?? '';
    const end = text.indexOf('\n');
    // A key without "=" has no newline and means true.
    entries.push({ scope: parts[at] ?? '', key: end === -1 ? text : text.slice(0, end), value: end === -1 ? 'true' : text.slice(end + 1) });
  }
  // An included file could change without any of the files we look at.
  const included = entries.some(({ key }) => key.startsWith('include.') || key.startsWith('includeif.'));
  if (included) known.delete(owner);
  else known.set(owner, { signature, entries });
  return entries;
}

async function signatureOf(repository: Repository, place: Place): Promise<{ readonly signature: string; readonly ownFile: boolean }> {
  const home = homeOf(repository.env);
  const files = [
    join(repository.commonDir, 'config'),
    join(place.gitDir, 'config.worktree'),
    repository.env['GIT_CONFIG_GLOBAL'] ?? join(home, '.gitconfig'),
    join(repository.env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'git', 'config'),
  ];
  const stats = await Promise.all(files.map((file) => stat(file, { bigint: true }).catch(() => undefined)));
  const signature = stats.map((info) => (info === undefined ? '-' : `${info.ino}:${info.size}:${info.mtimeNs}:${info.ctimeNs}`)).join(' ');
  return { signature, ownFile: stats[1] !== undefined };
}

/** The value in force, or `undefined`. Keys are in lower case. */
export function configValue(entries: readonly ConfigEntry[], key: string): string | undefined {
  return entries.findLast((entry) => entry.key === key)?.value;
}

/** Git's notion of true. */
export function configTrue(entries: readonly ConfigEntry[], key: string): boolean {
  return /^(?:true|yes|on|[1-9]\d*)$/iu.test(configValue(entries, key) ?? '');
}

/** What `remembered` keeps of the configuration when a worktree is made: everything that decides what git sees and merges. */
export function seeingSettings(entries: readonly ConfigEntry[]): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const { key, value } of entries) {
    if (key in SEEING || key === 'core.excludesfile' || key === 'core.attributesfile' || key.startsWith('filter.') || /^merge\..+\.driver$/u.test(key)) settings[key] = value;
  }
  return settings;
}

/**
 * The settings to enforce as `GIT_CONFIG_*` variables (names may hold any character there).
 * `remembered`: the settings when Switchyard made the worktree; without them, only what is configured outside the
 * repository is trusted, and on other systems than Linux what `git init` found out about the file system.
 */
export function honestSettings(
  entries: readonly ConfigEntry[],
  remembered: Readonly<Record<string, string>> | undefined,
  env: Repository['env'],
): HonestSettings {
  const trusted = (key: string): string | undefined =>
    remembered === undefined
      ? entries.findLast((entry) => entry.key === key && isOutside(entry))?.value
      : remembered[key];
  const settings: [string, string][] = [];
  for (const [key, standard] of Object.entries(SEEING)) {
    const now = configValue(entries, key);
    if (now === undefined) continue;
    if (key === 'core.sparsecheckout' || (remembered === undefined && OF_THE_FILE_SYSTEM.has(key) && process.platform !== 'linux')) continue;
    const wanted = trusted(key) ?? standard;
    if (wanted !== now) settings.push([key, wanted]);
  }
  const excludes = trusted('core.excludesfile');
  const excludesFile = excludes ?? standardExcludes(env);
  if (configValue(entries, 'core.excludesfile') !== excludes) settings.push(['core.excludesFile', excludesFile]);
  for (const name of new Set(entries.flatMap(({ key }) => /^filter\.(.+)\.[^.]+$/u.exec(key)?.[1] ?? []))) {
    if (filterIsTrusted(entries, name, remembered)) continue;
    for (const part of ['clean', 'smudge', 'process']) settings.push([`filter.${name}.${part}`, '']);
    settings.push([`filter.${name}.required`, 'false']);
  }
  return { variables: asVariables(settings), excludesFile: excludesFile.replace(/^~(?=\/)/u, homeOf(env)) };
}

export interface HonestSettings {
  /** Environment variables that enforce them. */
  readonly variables: Readonly<Record<string, string>>;
  /** The person's own ignore file, which need not exist. */
  readonly excludesFile: string;
}

function filterIsTrusted(entries: readonly ConfigEntry[], name: string, remembered: Readonly<Record<string, string>> | undefined): boolean {
  return entries
    .filter(({ key }) => key.startsWith(`filter.${name}.`))
    .every((entry) => isOutside(entry) || remembered?.[entry.key] === entry.value || (name === 'lfs' && LFS[entry.key.slice('filter.lfs.'.length)] === entry.value));
}

/** Set by the person or the machine, where an agent in a worktree could not have written it. */
export function isOutside({ scope }: ConfigEntry): boolean {
  return scope !== 'local' && scope !== 'worktree' && scope !== 'command';
}

function standardExcludes(env: Repository['env']): string {
  return join(env['XDG_CONFIG_HOME'] ?? join(homeOf(env), '.config'), 'git', 'ignore');
}

function homeOf(env: Repository['env']): string {
  return env['HOME'] ?? env['USERPROFILE'] ?? '';
}

/** As `GIT_CONFIG_*` variables: names may hold any character there. */
export function asVariables(settings: readonly (readonly [string, string])[]): Record<string, string> {
  const env: Record<string, string> = {};
  if (settings.length > 0) env['GIT_CONFIG_COUNT'] = String(settings.length);
  for (const [index, [key, value]] of settings.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return env;
}
