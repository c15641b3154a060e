/** Codex CLI. Flags as seen in 0.169.0 (`codex exec --help`, `codex exec resume --help`, recorded streams). */
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import type { Permissions } from '../../core/ids.js';
import type { AgentAdapter, AgentCommand, StartRequest } from '../../core/ports.js';
import { codexParser } from './codexStream.js';
import { modelArgs, sessionWord } from './argv.js';
import { anySet, detectCli, exists, homeOf, query, type Account, type Cli, type Environment } from './detect.js';
import { strictSchema } from './strictSchema.js';

const SCHEMA_FILE = 'answer-schema.json';
const PASS = ['CODEX_HOME', 'CODEX_API_KEY', 'OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_ORGANIZATION', 'OPENAI_PROJECT', 'AZURE_OPENAI_API_KEY'];

/** No analytics, no update check, no catalogue of plugins and apps. Unknown features of another version are ignored. */
const QUIET = ['-c', 'analytics.enabled=false', '-c', 'check_for_update_on_startup=false', '-c', 'features.plugins=false', '-c', 'features.apps=false'];

/**
 * `edit` and `edit-and-run` are the same to this CLI: it has no editing without commands, and its sandbox keeps both
 * inside the worktree and off the network (the person's own `[sandbox_workspace_write]` settings still count).
 */
const SANDBOX: Readonly<Record<Permissions, string>> = {
  'read-only': 'read-only',
  edit: 'workspace-write',
  'edit-and-run': 'workspace-write',
  full: 'danger-full-access',
};

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

/** The sandbox lets commands write to the temporary folder, which is harmless unless the worktrees are in there. */
function temporary(cwd: string): readonly string[] {
  return isInside(cwd, '/tmp') || isInside(cwd, tmpdir())
    ? ['-c', 'sandbox_workspace_write.exclude_slash_tmp=true', '-c', 'sandbox_workspace_write.exclude_tmpdir_env_var=true']
    : [];
}

function command(request: StartRequest): AgentCommand {
  // `-C` and `-s` belong to `exec` and stand before `resume`; model and sandbox must be given again on every resume.
  const place = ['-C', request.cwd, '-s', SANDBOX[request.permissions]];
  const options = [
    '--json',
    ...modelArgs('-m', request.model),
    ...QUIET,
    ...temporary(request.cwd),
    ...(request.schema === undefined ? [] : ['--output-schema', join(request.folder, SCHEMA_FILE)]),
  ];
  return {
    file: request.executable ?? 'codex',
    args: request.resume === undefined ? ['exec', ...place, ...options, '-'] : ['exec', ...place, 'resume', ...options, sessionWord(request.resume), '-'],
    stdin: request.prompt,
    setEnv: {},
    passEnv: PASS,
    ...(request.schema === undefined ? {} : { files: { [SCHEMA_FILE]: JSON.stringify(strictSchema(request.schema)) } }),
  };
}

async function account(executable: string, environment: Environment): Promise<Account> {
  if (anySet(environment, ['CODEX_API_KEY'])) return { signedIn: 'yes', account: 'api-key' };
  const status = await query(executable, ['login', 'status'], environment, {}, ['CODEX_HOME']);
  if (status.code === 0) return { signedIn: 'yes', account: /chatgpt/i.test(`${status.stdout} ${status.stderr}`) ? 'subscription' : 'api-key' };
  // A provider of the person's own needs no login; whether one is configured is theirs to know.
  const home = environment['CODEX_HOME'] ?? join(homeOf(environment), '.codex');
  const ownProvider = anySet(environment, ['OPENAI_API_KEY']) || (await exists(join(home, 'config.toml')));
  return { signedIn: status.code === 1 && !ownProvider ? 'no' : 'unknown', account: 'unknown' };
}

const CLI: Cli = {
  id: 'codex',
  name: 'Codex',
  command: 'codex',
  minimum: '0.169.0',
  install: 'npm install -g @openai/codex',
  signIn: 'codex login',
  setEnv: {},
  account,
};

/** Codex as an agent; `executable` overrides what the PATH finds. */
export function createCodex(executable?: string): AgentAdapter {
  return {
    id: 'codex',
    name: CLI.name,
    signIn: CLI.signIn,
    answersBySchema: true,
    resumes: true,
    detect: (environment) => detectCli(CLI, environment, executable),
    command,
    parser: codexParser,
    takeOver: (session, request) => ({
      file: request.executable ?? executable ?? 'codex',
      args: [...(session === undefined ? [] : ['resume', sessionWord(session)]), '-C', request.cwd, ...modelArgs('-m', request.model)],
      setEnv: {},
      passEnv: PASS,
    }),
  };
}
