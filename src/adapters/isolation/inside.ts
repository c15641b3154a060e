/** For what runs beside agents (gates, set-up, formatters, package managers, questions about versions): puts a command where the request says. */
import type { CommandLine, ContainerRef, Isolation, IsolationRequest } from '../../core/ports.js';
import { askProgram } from '../askProgram.js';
import { pickEnvironment } from '../environment.js';
import type { Environment } from './places.js';

/** A dev container may have to be built first. */
const BEFORE_MS = 30 * 60_000;

export interface Inside extends CommandLine {
  readonly env: Readonly<Record<string, string>>;
  /** To be removed when the command (or the last of several with its nonce) is over. */
  readonly container?: ContainerRef;
}

export interface Insider {
  readonly isolation: Isolation | undefined;
  /** This machine's environment. */
  readonly environment: Environment;
}

/** `env`: what the command is to see. Rejects, with words for people, where it cannot be put there. */
export async function putInside({ isolation, environment }: Insider, command: CommandLine & { readonly nonce: string; readonly stdin?: boolean }, request: IsolationRequest | undefined, env: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Inside> {
  const { file, args } = command;
  if (request === undefined) return { file, args, env };
  if (isolation === undefined) throw new Error('A sandbox was asked for, and there is none. Nothing was started.');
  const fixed = Object.keys(env).filter((name) => env[name] !== environment[name]);
  const wrapped = await isolation.wrap({ ...command, variables: Object.keys(env), fixed }, request);
  const outer = { ...pickEnvironment(environment, wrapped.passEnv ?? []), ...env, ...wrapped.setEnv };
  for (const first of wrapped.before ?? []) {
    const said = await askProgram(first.file, first.args, { env: outer, cwd: request.cwd, timeoutMs: BEFORE_MS, ...(signal !== undefined && { signal }) });
    if (said.failed) throw new Error(`The container could not be made: ${said.lastLine}. Nothing was started.`);
  }
  return { file: wrapped.file, args: wrapped.args, env: outer, ...(wrapped.container !== undefined && { container: wrapped.container }) };
}
