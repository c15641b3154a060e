/** Claude Code. Flags and stream as seen in 2.1.329 and 2.1.197 (`claude --help`, recorded streams). */
import { join } from 'node:path';
import type { Permissions } from '../../core/ids.js';
import type { AgentAdapter, AgentCommand, StartRequest } from '../../core/ports.js';
import { modelArgs, sessionWord } from './argv.js';
import { claudeParser } from './claudeStream.js';
import { anySet, detectCli, exists, homeOf, query, type Account, type Cli, type Environment } from './detect.js';
import { object, parseObject } from './json.js';

const QUIET = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
  DISABLE_AUTOUPDATER: '1',
  // A command left running in the background would outlive the attempt.
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
} as const;

const KEYS = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'AWS_BEARER_TOKEN_BEDROCK'];
const PASS = [
  ...KEYS,
  'ANTHROPIC_BASE_URL', 'ANTHROPIC_CUSTOM_HEADERS', 'ANTHROPIC_MODEL', 'ANTHROPIC_DEFAULT_*', 'ANTHROPIC_SMALL_FAST_MODEL', 'ANTHROPIC_VERTEX_PROJECT_ID', 'ANTHROPIC_BEDROCK_BASE_URL',
  'CLAUDE_CONFIG_DIR', 'CLAUDE_CODE_OAUTH_TOKEN', 'CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_VERTEX', 'CLAUDE_CODE_USE_FOUNDRY', 'CLOUD_ML_REGION', 'AWS_PROFILE', 'AWS_REGION',
  'CLAUDE_CODE_MAX_RETRIES', 'CLAUDE_CODE_MAX_OUTPUT_TOKENS', 'API_TIMEOUT_MS',
];

const EDITS = ['Write', 'Edit', 'NotebookEdit'];
/** Tools that leave the worktree or come back after the attempt is over. */
const NEVER = ['EnterWorktree', 'ExitWorktree', 'ScheduleWakeup', 'CronCreate'];

/**
 * - read-only: `dontAsk` without the edit tools. It reads, searches and runs commands that only read; everything else is
 *   refused. `plan` also refuses, but tells the model to write a plan file and leave plan mode, which disturbs a schema answer.
 * - edit: edits in the worktree, and of commands only those that read.
 * - full: as root the CLI refuses `bypassPermissions`, so root gets every tool by name instead.
 */
function permissions(level: Permissions, root: boolean): readonly string[] {
  const never = ['--disallowedTools', NEVER.join(',')];
  if (level === 'read-only') return ['--permission-mode', 'dontAsk', '--disallowedTools', [...EDITS, ...NEVER].join(',')];
  if (level === 'edit') return ['--permission-mode', 'acceptEdits', ...never];
  if (level === 'edit-and-run') return ['--permission-mode', 'acceptEdits', '--allowedTools', 'Bash', ...never];
  if (root) return ['--permission-mode', 'acceptEdits', '--allowedTools', ['Bash', ...EDITS, 'WebFetch', 'WebSearch'].join(','), ...never];
  return ['--permission-mode', 'bypassPermissions', ...never];
}

function command(request: StartRequest): AgentCommand {
  const root = process.getuid?.() === 0;
  return {
    file: request.executable ?? 'claude',
    args: [
      '-p', '--output-format', 'stream-json', '--verbose',
      ...(request.resume === undefined ? ['--session-id', request.newSession] : ['--resume', sessionWord(request.resume)]),
      ...modelArgs('--model', request.model),
      ...permissions(request.permissions, root),
      ...(request.schema === undefined ? [] : ['--json-schema', JSON.stringify(request.schema)]),
      ...(request.budgetUsd === undefined ? [] : ['--max-budget-usd', String(request.budgetUsd)]),
    ],
    stdin: request.prompt,
    setEnv: QUIET,
    passEnv: PASS,
  };
}

/** With a key in the environment the CLI uses it even when a subscription is signed in. */
async function account(executable: string, environment: Environment): Promise<Account> {
  if (anySet(environment, KEYS)) return { signedIn: 'yes', account: 'api-key' };
  if (anySet(environment, ['CLAUDE_CODE_OAUTH_TOKEN'])) return { signedIn: 'yes', account: 'subscription' };
  if (anySet(environment, ['CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_VERTEX', 'CLAUDE_CODE_USE_FOUNDRY'])) return { signedIn: 'yes', account: 'api-key' };
  const home = environment['CLAUDE_CONFIG_DIR'] ?? join(homeOf(environment), '.claude');
  if (await exists(join(home, '.credentials.json'))) return { signedIn: 'yes', account: 'subscription' };
  // Only the CLI itself can say whether macOS's keychain or a helper command holds a key.
  const status = await query(executable, ['auth', 'status'], environment, QUIET, ['CLAUDE_CONFIG_DIR']);
  const said = object(parseObject(status.stdout));
  if (said['loggedIn'] === true) {
    const method = said['authMethod'];
    return { signedIn: 'yes', account: method === 'claude.ai' || method === 'oauth_token' ? 'subscription' : typeof method === 'string' && /key/i.test(method) ? 'api-key' : 'unknown' };
  }
  return { signedIn: said['loggedIn'] === false ? 'no' : 'unknown', account: 'unknown' };
}

const CLI: Cli = {
  id: 'claude',
  name: 'Claude Code',
  command: 'claude',
  minimum: '2.1.197',
  install: 'npm install -g @anthropic-ai/claude-code',
  signIn: 'Run claude and sign in, or set ANTHROPIC_API_KEY.',
  setEnv: QUIET,
  account,
};

/** Claude Code as an agent; `executable` overrides what the PATH finds. */
export function createClaude(executable?: string): AgentAdapter {
  return {
    id: 'claude',
    name: CLI.name,
    signIn: CLI.signIn,
    answersBySchema: true,
    resumes: true,
    detect: (environment) => detectCli(CLI, environment, executable),
    command,
    parser: claudeParser,
    takeOver: (session, request) => ({
      file: request.executable ?? executable ?? 'claude',
      args: [...(session === undefined ? [] : ['--resume', sessionWord(session)]), ...modelArgs('--model', request.model)],
      setEnv: {},
      passEnv: PASS,
    }),
  };
}
