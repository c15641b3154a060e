/** Is a CLI there, does it answer, is it new enough? */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, extname, isAbsolute, join } from 'node:path';
import { homedir } from 'node:os';
import type { AgentStatus } from '../../core/ports.js';
import { COMMON_ENVIRONMENT, pickEnvironment } from '../environment.js';
import { sentence } from './text.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A cold start of the slowest CLI takes about 3 s on a small machine. */
const PROBE_MS = 20_000;

export interface Account {
  readonly signedIn: AgentStatus['signedIn'];
  readonly account: AgentStatus['account'];
}

export interface Cli {
  readonly id: AgentStatus['id'];
  readonly name: string;
  /** The name on PATH. */
  readonly command: string;
  /** Oldest version that is known to work, `major.minor.patch`. */
  readonly minimum: string;
  readonly install: string;
  readonly signIn: string;
  readonly setEnv: Readonly<Record<string, string>>;
  /** From the environment, the existence of the CLI's own files, or its own status command. */
  account(executable: string, environment: Environment): Promise<Account>;
}

/** The person's home as the CLI will see it. */
export function homeOf(environment: Environment): string {
  return environment['HOME'] ?? environment['USERPROFILE'] ?? homedir();
}

/** True when at least one of the variables is set to something. Values are not kept. */
export function anySet(environment: Environment, names: readonly string[]): boolean {
  return names.some((name) => (environment[name] ?? '') !== '');
}

/** Existence only: the content of a credentials file is none of our business. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function isProgram(path: string, windows: boolean): Promise<boolean> {
  try {
    if (!(await stat(path)).isFile()) return false;
    await access(path, windows ? constants.F_OK : constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The program that `command` names on PATH, as a shell would find it; on Windows with the endings of PATHEXT. */
export async function findExecutable(command: string, environment: Environment, platform: NodeJS.Platform = process.platform): Promise<string | undefined> {
  const windows = platform === 'win32';
  const endings = windows ? ['', ...(environment['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').split(';')] : [''];
  const path = environment['PATH'] ?? (windows ? environment['Path'] : undefined) ?? '';
  const folders = isAbsolute(command) ? [''] : path.split(delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    for (const ending of endings) {
      // npm puts a shell script without an ending beside its .cmd; Windows cannot start that one.
      if (windows && ending === '' && extname(command) === '') continue;
      const candidate = folder === '' ? `${command}${ending}` : join(folder, `${command}${ending}`);
      if (await isProgram(candidate, windows)) return candidate;
    }
  }
  return undefined;
}

export interface Ran {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly problem?: string;
}

/** Runs a CLI's own query command with the common environment only, a time limit, and nothing on standard input. */
export async function query(executable: string, args: readonly string[], environment: Environment, setEnv: Readonly<Record<string, string>>, extra: readonly string[] = []): Promise<Ran> {
  const { execa } = await import('../execa.js');
  const result = await execa(executable, args, {
    env: { ...pickEnvironment(environment, [...COMMON_ENVIRONMENT, ...extra]), ...setEnv },
    extendEnv: false,
    stdin: 'ignore',
    timeout: PROBE_MS,
    forceKillAfterDelay: 1_000,
    maxBuffer: 1_000_000,
    reject: false,
  });
  const problem = result.timedOut ? `it gave no answer within ${PROBE_MS / 1_000} s` : result.failed ? (sentence(result.stderr) ?? sentence(result.shortMessage)) : undefined;
  return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr, ...(problem === undefined ? {} : { problem }) };
}

/** The first `1.2.3` in a text. */
export function versionIn(text: string): string | undefined {
  return /\b(\d+\.\d+\.\d+)\b/.exec(text)?.[1];
}

/** True when `version` is at least `minimum`; both `1.2.3`. */
export function atLeast(version: string, minimum: string): boolean {
  const have = version.split('.').map(Number);
  const need = minimum.split('.').map(Number);
  for (let index = 0; index < 3; index += 1) {
    const difference = (have[index] ?? 0) - (need[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** @param override an executable to use instead of the one on PATH. */
export async function detectCli(cli: Cli, environment: Environment, override?: string): Promise<AgentStatus> {
  const base = { id: cli.id, name: cli.name };
  const path = await findExecutable(override ?? cli.command, environment);
  if (path === undefined) {
    const missing = { ...base, found: false, signedIn: 'unknown', account: 'unknown' } as const;
    if (override === undefined) return { ...missing, problem: `${cli.name} was not found on PATH.`, hint: cli.install };
    return { ...missing, missingAt: override, problem: `${cli.name} was not found at ${override}.`, hint: `Correct or empty the setting switchyard.executables.${cli.id}.` };
  }
  const probe = await query(path, ['--version'], environment, cli.setEnv);
  const version = versionIn(probe.stdout);
  if (version === undefined) {
    const why = probe.problem ?? 'it did not print a version';
    return { ...base, found: true, path, signedIn: 'unknown', account: 'unknown', problem: `${cli.name} does not start: ${why}.`, hint: cli.install };
  }
  if (!atLeast(version, cli.minimum)) {
    const problem = `${cli.name} ${version} is older than ${cli.minimum}, the oldest version known to work.`;
    return { ...base, found: true, path, version, signedIn: 'unknown', account: 'unknown', problem, hint: cli.install };
  }
  const account = await cli.account(path, environment);
  return { ...base, found: true, path, version, ...account, ...(account.signedIn === 'no' ? { hint: cli.signIn } : {}) };
}
