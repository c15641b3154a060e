/**
 * A home folder and the variables with which a real agent CLI talks to the model server of the tests, and to nothing
 * else: dummy keys, no telemetry, none of this machine's configuration.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CliName } from './agentClis.js';

export interface Knobs {
  /** How often the CLI tries again; its own default where absent. */
  readonly retries?: number;
  /** When the CLI gives up waiting for an answer, in milliseconds; its own default (often: never) where absent. */
  readonly timeoutMs?: number;
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

type Prepare = (home: string, url: string, knobs: Knobs) => Promise<Record<string, string>>;

const claude: Prepare = async (_home, url, knobs) => ({
  ANTHROPIC_API_KEY: 'sk-ant-dummy-000',
  ANTHROPIC_BASE_URL: url,
  ...(knobs.retries === undefined ? {} : { CLAUDE_CODE_MAX_RETRIES: String(knobs.retries) }),
  ...(knobs.timeoutMs === undefined ? {} : { API_TIMEOUT_MS: String(knobs.timeoutMs) }),
});

const codex: Prepare = async (home, url, knobs) => {
  const lines = [
    'model_provider = "loopback"',
    '[model_providers.loopback]',
    'name = "loopback"',
    `base_url = "${url}/v1"`,
    'env_key = "OPENAI_API_KEY"',
    'wire_api = "responses"',
    ...(knobs.retries === undefined ? [] : [`request_max_retries = ${knobs.retries}`, `stream_max_retries = ${knobs.retries}`]),
    ...(knobs.timeoutMs === undefined ? [] : [`stream_idle_timeout_ms = ${knobs.timeoutMs}`]),
  ];
  await put(join(home, '.codex', 'config.toml'), `${lines.join('\n')}\n`);
  return { OPENAI_API_KEY: 'sk-dummy-000000' };
};

const gemini: Prepare = async (home, url, knobs) => {
  const settings = {
    security: { auth: { selectedType: 'gemini-api-key' } },
    ...(knobs.retries === undefined ? {} : { general: { maxAttempts: knobs.retries + 1 } }),
  };
  await put(join(home, '.gemini', 'settings.json'), JSON.stringify(settings));
  return { GEMINI_API_KEY: 'dummy-key', GOOGLE_GEMINI_BASE_URL: url };
};

const opencode: Prepare = async (home, url) => {
  const provider = { npm: '@ai-sdk/openai-compatible', name: 'loopback', options: { baseURL: `${url}/v1`, apiKey: 'dummy' }, models: { 'test-model': { name: 'test-model' } } };
  const path = join(home, 'opencode-test.json');
  await put(path, JSON.stringify({ $schema: 'https://opencode.ai/config.json', provider: { loopback: provider } }));
  return { OPENCODE_CONFIG: path };
};

const PREPARE: Readonly<Record<CliName, Prepare>> = { claude, codex, gemini, opencode };

/** Models that the CLIs accept without asking anybody and that the model server answers for. */
export const TEST_MODEL: Readonly<Record<CliName, string>> = {
  claude: 'claude-sonnet-4-5',
  codex: 'gpt-5.5',
  gemini: 'gemini-2.5-pro',
  opencode: 'loopback/test-model',
};

/**
 * Writes what the CLI needs into `home` and gives the whole environment to start it with (or to start an editor or
 * a headless command with, that will start it).
 */
export async function agentHome(cli: CliName, home: string, url: string, knobs: Knobs = {}): Promise<Record<string, string>> {
  await mkdir(home, { recursive: true });
  await put(join(home, '.gitconfig'), '[user]\n\tname = Test\n\temail = test@example.invalid\n');
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    ...(process.env['SystemRoot'] === undefined ? {} : { SystemRoot: process.env['SystemRoot'] }),
    HOME: home,
    USERPROFILE: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    ...(await PREPARE[cli](home, url, knobs)),
  };
}
