/** opencode. Flags, environment and stream as seen in 1.18.33 (`opencode run --help`, recorded streams). */
import { join } from 'node:path';
import type { Permissions } from '../../core/ids.js';
import type { AgentAdapter, AgentCommand, StartRequest } from '../../core/ports.js';
import { modelArgs, sessionWord } from './argv.js';
import { anySet, detectCli, exists, homeOf, type Account, type Cli, type Environment } from './detect.js';
import { opencodeParser } from './opencodeStream.js';

const QUIET = { OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_DISABLE_AUTOUPDATE: '1' } as const;

const KEYS = [
  'ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY', 'OPENROUTER_API_KEY', 'OPENCODE_API_KEY',
  'GROQ_API_KEY', 'XAI_API_KEY', 'DEEPSEEK_API_KEY', 'MISTRAL_API_KEY', 'GITHUB_COPILOT_TOKEN',
];
const PASS = [...KEYS, 'OPENCODE_CONFIG', 'OPENCODE_CONFIG_DIR', 'ANTHROPIC_BASE_URL', 'OPENAI_BASE_URL'];

type Rule = 'allow' | 'deny';
const rules = (edit: Rule, bash: Rule, webfetch: Rule, outside: Rule): Readonly<Record<string, Rule>> => ({ edit, bash, webfetch, external_directory: outside });

/** A denied tool is not offered to the model at all. Nothing is `ask`: headless nobody could answer. */
const LEVELS: Readonly<Record<Permissions, Readonly<Record<string, Rule>>>> = {
  'read-only': rules('deny', 'deny', 'deny', 'deny'),
  edit: rules('allow', 'deny', 'deny', 'deny'),
  'edit-and-run': rules('allow', 'allow', 'allow', 'deny'),
  full: rules('allow', 'allow', 'allow', 'allow'),
};

function command(request: StartRequest): AgentCommand {
  return {
    file: request.executable ?? 'opencode',
    args: [
      'run', '--format', 'json',
      ...modelArgs('-m', request.model),
      ...(request.resume === undefined ? [] : ['-s', sessionWord(request.resume)]),
    ],
    stdin: request.prompt,
    // The last layer of configuration, over the person's and the project's files.
    setEnv: { ...QUIET, OPENCODE_CONFIG_CONTENT: JSON.stringify({ permission: LEVELS[request.permissions], share: 'disabled', autoupdate: false }) },
    passEnv: PASS,
  };
}

async function account(_executable: string, environment: Environment): Promise<Account> {
  if (anySet(environment, KEYS)) return { signedIn: 'yes', account: 'api-key' };
  const data = environment['XDG_DATA_HOME'] ?? join(homeOf(environment), '.local', 'share');
  // The file may hold keys and subscriptions of several providers. Without it there still are models that need neither.
  return { signedIn: (await exists(join(data, 'opencode', 'auth.json'))) ? 'yes' : 'unknown', account: 'unknown' };
}

const CLI: Cli = {
  id: 'opencode',
  name: 'opencode',
  command: 'opencode',
  minimum: '1.18.33',
  install: 'npm install -g opencode-ai',
  signIn: 'opencode auth login',
  setEnv: QUIET,
  account,
};

/** opencode as an agent; `executable` overrides what the PATH finds. It has no answer by schema, so a plan comes as text. */
export function createOpencode(executable?: string): AgentAdapter {
  return {
    id: 'opencode',
    name: CLI.name,
    signIn: CLI.signIn,
    answersBySchema: false,
    resumes: true,
    detect: (environment) => detectCli(CLI, environment, executable),
    command,
    parser: opencodeParser,
    takeOver: (session, request) => ({
      file: request.executable ?? executable ?? 'opencode',
      args: [...modelArgs('-m', request.model), ...(session === undefined ? [] : ['-s', sessionWord(session)])],
      setEnv: {},
      passEnv: PASS,
    }),
  };
}
