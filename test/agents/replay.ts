/** Feeds recorded output of a CLI to its parser, as the runner would. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentEvent, AgentOutcome } from '../../src/core/activity.js';
import type { StreamParser } from '../../src/core/ports.js';
import { claudeParser } from '../../src/adapters/agents/claudeStream.js';
import { codexParser } from '../../src/adapters/agents/codexStream.js';
import { geminiParser } from '../../src/adapters/agents/geminiStream.js';
import { opencodeParser } from '../../src/adapters/agents/opencodeStream.js';

export type CliName = 'claude' | 'codex' | 'gemini' | 'opencode';

export const PARSERS: Readonly<Record<CliName, (cwd?: string) => StreamParser>> = {
  claude: claudeParser,
  codex: codexParser,
  gemini: geminiParser,
  opencode: opencodeParser,
};

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Replayed {
  readonly events: readonly AgentEvent[];
  readonly outcome: AgentOutcome;
}

const FIXTURES = join(import.meta.dirname, 'fixtures');

export async function recorded(cli: CliName, name: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const stdout = await readFile(join(FIXTURES, cli, `${name}.jsonl`), 'utf8');
  const stderr = await readFile(join(FIXTURES, cli, `${name}.stderr.txt`), 'utf8').catch(() => '');
  return { stdout, stderr };
}

export async function replay(cli: CliName, name: string, exit: Exit, cwd?: string): Promise<Replayed> {
  const { stdout, stderr } = await recorded(cli, name);
  const parser = PARSERS[cli](cwd);
  const events = [...stdout.split('\n').flatMap((line) => parser.line(line)), ...parser.stderr(stderr)];
  return { events, outcome: parser.end(exit) };
}
