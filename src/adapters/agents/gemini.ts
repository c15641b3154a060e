/** Gemini CLI. Flags and settings as seen in 0.61.0 (`gemini --help`, recorded streams). */
import { join } from 'node:path';
import type { Permissions } from '../../core/ids.js';
import type { AgentAdapter, AgentCommand, StartRequest } from '../../core/ports.js';
import { modelArgs, sessionWord } from './argv.js';
import { anySet, detectCli, exists, homeOf, type Account, type Cli, type Environment } from './detect.js';
import { geminiParser } from './geminiStream.js';

const SETTINGS_FILE = 'gemini-settings.json';
const POLICY_FILE = 'gemini-policy.toml';

const QUIET = {
  // One process instead of a parent and a child, so that a signal reaches the one that works.
  GEMINI_CLI_NO_RELAUNCH: 'true',
} as const;

const KEYS = ['GEMINI_API_KEY', 'GOOGLE_API_KEY'];
const PASS = [
  ...KEYS,
  'GOOGLE_GENAI_USE_VERTEXAI', 'GOOGLE_GENAI_USE_GCA', 'GOOGLE_CLOUD_PROJECT', 'GOOGLE_CLOUD_LOCATION', 'GOOGLE_APPLICATION_CREDENTIALS', 'GOOGLE_GEMINI_BASE_URL', 'GEMINI_CLI_HOME',
  'GEMINI_CLI_SYSTEM_SETTINGS_PATH',
];

/**
 * The lowest layer of settings: the person's and the organisation's own win. Without `sessionRetention` off, a later
 * session in the same folder may delete an earlier one, which then cannot be resumed.
 */
const SETTINGS = {
  general: { sessionRetention: { enabled: false }, enableAutoUpdate: false, enableAutoUpdateNotification: false },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
};

const rule = (tool: string, decision: 'allow' | 'deny'): string => `[[rule]]\ntoolName = "${tool}"\ndecision = "${decision}"\npriority = 900\n`;

/**
 * Headless, whatever would need a question is not offered to the model. `read-only` is `default` (reading tools only)
 * with edits and commands denied by policy, in case the person's own settings allow them; `plan` reads as well, but
 * tells the model to write a plan file, which disturbs an answer in JSON.
 */
const MODES: Readonly<Record<Permissions, { readonly mode: string; readonly policy?: string }>> = {
  'read-only': { mode: 'default', policy: ['write_file', 'replace', 'run_shell_command'].map((tool) => rule(tool, 'deny')).join('\n') },
  edit: { mode: 'auto_edit', policy: rule('run_shell_command', 'deny') },
  'edit-and-run': { mode: 'auto_edit', policy: rule('run_shell_command', 'allow') },
  full: { mode: 'yolo' },
};

function command(request: StartRequest): AgentCommand {
  const { mode, policy } = MODES[request.permissions];
  return {
    file: request.executable ?? 'gemini',
    args: [
      '-o', 'stream-json', '--approval-mode', mode,
      ...(policy === undefined ? [] : ['--policy', join(request.folder, POLICY_FILE)]),
      ...modelArgs('-m', request.model),
      ...(request.resume === undefined ? ['--session-id', request.newSession] : ['--resume', sessionWord(request.resume)]),
    ],
    stdin: request.prompt,
    // An untrusted folder would silently lower the approval mode; the worktree is ours.
    setEnv: { ...QUIET, GEMINI_CLI_TRUST_WORKSPACE: 'true', GEMINI_CLI_SYSTEM_DEFAULTS_PATH: join(request.folder, SETTINGS_FILE) },
    passEnv: PASS,
    files: { [SETTINGS_FILE]: JSON.stringify(SETTINGS), ...(policy === undefined ? {} : { [POLICY_FILE]: policy }) },
  };
}

async function account(_executable: string, environment: Environment): Promise<Account> {
  if (anySet(environment, [...KEYS, 'GOOGLE_GENAI_USE_VERTEXAI'])) return { signedIn: 'yes', account: 'api-key' };
  const home = join(environment['GEMINI_CLI_HOME'] ?? homeOf(environment), '.gemini');
  if (await exists(join(home, 'oauth_creds.json'))) return { signedIn: 'yes', account: 'subscription' };
  // Newer versions keep credentials encrypted or in the system's keychain, a key may stand in `~/.gemini/.env`,
  // and settings may name another way to sign in.
  const hidden = await Promise.all(['gemini-credentials.json', 'google_accounts.json', 'settings.json', '.env'].map((name) => exists(join(home, name))));
  return { signedIn: hidden.includes(true) ? 'unknown' : 'no', account: 'unknown' };
}

const CLI: Cli = {
  id: 'gemini',
  name: 'Gemini CLI',
  command: 'gemini',
  minimum: '0.61.0',
  install: 'npm install -g @google/gemini-cli',
  signIn: 'Run gemini and sign in, or set GEMINI_API_KEY.',
  setEnv: QUIET,
  account,
};

/** Gemini CLI as an agent; `executable` overrides what the PATH finds. It has no answer by schema, so a plan comes as text. */
export function createGemini(executable?: string): AgentAdapter {
  return {
    id: 'gemini',
    name: CLI.name,
    signIn: CLI.signIn,
    answersBySchema: false,
    resumes: true,
    detect: (environment) => detectCli(CLI, environment, executable),
    command,
    parser: geminiParser,
    takeOver: (session, request) => ({
      file: request.executable ?? executable ?? 'gemini',
      args: ['--skip-trust', ...(session === undefined ? [] : ['--resume', sessionWord(session)]), ...modelArgs('-m', request.model)],
      setEnv: {},
      passEnv: PASS,
    }),
  };
}
