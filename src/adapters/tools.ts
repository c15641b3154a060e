/**
 * Which versions the programs have that a gate's commands name. Each program is asked once; as long as its file is the
 * same (real path and time of change), later questions cost a look at the file. What does not answer is unknown.
 */
import { realpath, stat } from 'node:fs/promises';
import type { GateRequest, Tools, ToolVersion } from '../core/ports.js';
import { toolsNamed } from '../core/toolsNamed.js';
import { findExecutable } from './agents/detect.js';
import { COMMON_ENVIRONMENT, pickEnvironment } from './environment.js';

const PROBE_MS = 10_000;

/** Most tools know `--version`. */
const ASK: Readonly<Record<string, readonly string[]>> = { go: ['version'], java: ['-version'], dotnet: ['--version'] };

/** Shims of version managers (asdf, mise, pyenv, rbenv, nodenv, volta) choose by folder: their file says nothing. */
const SHIM = /[\\/](?:shims|\.volta[\\/]bin)[\\/][^\\/]+$/;

type Environment = Readonly<Record<string, string | undefined>>;

export function createTools(options: { readonly environment: Environment }): Tools {
  const asked = new Map<string, Promise<string | undefined>>();
  const one = async (name: string, at: Pick<GateRequest, 'cwd' | 'passEnv'>, known: readonly ToolVersion[]): Promise<ToolVersion> => {
    const env = pickEnvironment(options.environment, [...COMMON_ENVIRONMENT, ...at.passEnv]);
    const found = await findExecutable(name, env);
    if (found === undefined) return { name };
    if (SHIM.test(found)) return withVersion({ name }, await ask(found, name, at.cwd, env));
    const path = await realpath(found);
    const modified = (await stat(path)).mtimeMs;
    // The very program that runs us; on the desktop that is the editor, and then Node is asked like any other.
    if (name === 'node' && path === (await realpath(process.execPath))) return { name, path, modified, version: process.versions.node };
    const before = known.find((each) => each.name === name && each.path === path && each.modified === modified);
    if (before?.version !== undefined) return before;
    const key = `${name}\0${path}\0${String(modified)}`;
    let version = asked.get(key);
    if (version === undefined) {
      // By the name it was found under: a multi-call program looks at it.
      version = ask(found, name, at.cwd, env);
      asked.set(key, version);
      void version.then((answer) => {
        if (answer === undefined) asked.delete(key);
      });
    }
    return withVersion({ name, path, modified }, await version);
  };
  return {
    versions: (commands, at, known = []) => Promise.all(toolsNamed(commands).map((name) => one(name, at, known).catch((): ToolVersion => ({ name })))),
  };
}

function withVersion(tool: ToolVersion, version: string | undefined): ToolVersion {
  return version === undefined ? tool : { ...tool, version };
}

/** Resolves to `undefined` when the program fails, is too slow or prints no version. */
async function ask(file: string, name: string, cwd: string, env: Record<string, string>): Promise<string | undefined> {
  const { execa } = await import('./execa.js');
  const result = await execa(file, ASK[name] ?? ['--version'], { cwd, env, extendEnv: false, stdin: 'ignore', timeout: PROBE_MS, forceKillAfterDelay: 1_000, maxBuffer: 1_000_000, reject: false, all: true });
  if (result.failed) return undefined;
  return /\d+\.\d+(?:\.\d+)?(?:[-+.][0-9A-Za-z.-]*[0-9A-Za-z])?/.exec(result.all)?.[0];
}
