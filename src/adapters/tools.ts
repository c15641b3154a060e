/**
 * Which versions the programs have that a gate's commands name. Each program is asked once; as long as its file is the
 * same (real path and time of change), later questions cost a look at the file. What does not answer is unknown.
 */
import { randomUUID } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import type { GateRequest, Isolation, IsolationRequest, Tools, ToolVersion } from '../core/ports.js';
import { toolsNamed } from '../core/toolsNamed.js';
import { findExecutable } from './agents/detect.js';
import { COMMON_ENVIRONMENT, pickEnvironment } from './environment.js';
import { removeContainers } from './isolation/containers.js';
import { putInside, type Insider } from './isolation/inside.js';

const PROBE_MS = 10_000;

/** Most tools know `--version`. */
const ASK: Readonly<Record<string, readonly string[]>> = { go: ['version'], java: ['-version'], dotnet: ['--version'] };

/** Shims of version managers (asdf, mise, pyenv, rbenv, nodenv, volta) choose by folder: their file says nothing. */
const SHIM = /[\\/](?:shims|\.volta[\\/]bin)[\\/][^\\/]+$/;

type Environment = Readonly<Record<string, string | undefined>>;
type At = Pick<GateRequest, 'cwd' | 'passEnv' | 'isolation'>;

/** `isolation`: where the gate is isolated, its tools are asked in there. */
export function createTools(options: { readonly environment: Environment; readonly isolation?: Isolation }): Tools {
  const { environment, isolation } = options;
  const asked = new Map<string, Promise<string | undefined>>();
  const once = (key: string, question: () => Promise<string | undefined>): Promise<string | undefined> => {
    let version = asked.get(key);
    if (version === undefined) {
      version = question();
      asked.set(key, version);
      void version.then((answer) => {
        if (answer === undefined) asked.delete(key);
      });
    }
    return version;
  };
  const ask = (file: string, name: string, { cwd, isolation: request }: At, env: Record<string, string>) => askVersion({ isolation, environment }, file, name, cwd, request, env);
  /** An image is one for all time: its id stands for its programs. A dev container's is not known before it is made. */
  const inContainer = async (name: string, at: At, request: IsolationRequest, known: readonly ToolVersion[], env: Record<string, string>): Promise<ToolVersion> => {
    const image = await isolation?.image(request);
    if (image === undefined) return { name };
    const path = `image ${image}`;
    const before = known.find((each) => each.name === name && each.path === path);
    return before?.version === undefined ? withVersion({ name, path }, await once(`${name}\0${path}`, () => ask(name, name, at, env))) : before;
  };
  const one = async (name: string, at: At, known: readonly ToolVersion[]): Promise<ToolVersion> => {
    const env = pickEnvironment(options.environment, [...COMMON_ENVIRONMENT, ...at.passEnv]);
    if (at.isolation?.level === 'container') return inContainer(name, at, at.isolation, known, env);
    const found = await findExecutable(name, env);
    if (found === undefined) return { name };
    if (SHIM.test(found)) return withVersion({ name }, await ask(found, name, at, env));
    const path = await realpath(found);
    const modified = (await stat(path)).mtimeMs;
    // The very program that runs us; on the desktop that is the editor, and then Node is asked like any other.
    if (name === 'node' && path === (await realpath(process.execPath))) return { name, path, modified, version: process.versions.node };
    const before = known.find((each) => each.name === name && each.path === path && each.modified === modified);
    if (before?.version !== undefined) return before;
    // By the name it was found under: a multi-call program looks at it.
    return withVersion({ name, path, modified }, await once(`${name}\0${path}\0${String(modified)}`, () => ask(found, name, at, env)));
  };
  return {
    versions: (commands, at, known = []) => Promise.all(toolsNamed(commands).map((name) => one(name, at, known).catch((): ToolVersion => ({ name })))),
  };
}

function withVersion(tool: ToolVersion, version: string | undefined): ToolVersion {
  return version === undefined ? tool : { ...tool, version };
}

/** Resolves to `undefined` when the program fails, is too slow or prints no version. */
async function askVersion(insider: Insider, tool: string, name: string, cwd: string, request: IsolationRequest | undefined, own: Record<string, string>): Promise<string | undefined> {
  const { execa } = await import('./execa.js');
  const { file, args, env, container } = await putInside(insider, { file: tool, args: ASK[name] ?? ['--version'], nonce: randomUUID().replaceAll('-', '') }, request, own);
  const result = await execa(file, args, { cwd, env, extendEnv: false, stdin: 'ignore', timeout: PROBE_MS, forceKillAfterDelay: 1_000, maxBuffer: 1_000_000, reject: false, all: true });
  if (result.timedOut && container !== undefined) await removeContainers(container, insider.environment);
  if (result.failed) return undefined;
  return /\d+\.\d+(?:\.\d+)?(?:[-+.][0-9A-Za-z.-]*[0-9A-Za-z])?/.exec(result.all)?.[0];
}
