/** The stream parser of each agent CLI, evaluated when it is needed: a runner needs one of them. */
import type { AgentId } from '../../core/ids.js';
import type { StreamParser } from '../../core/ports.js';

const PARSERS: Readonly<Record<AgentId, (cwd: string) => Promise<StreamParser>>> = {
  claude: async (cwd) => (await import('../agents/claudeStream.js')).claudeParser(cwd),
  codex: async (cwd) => (await import('../agents/codexStream.js')).codexParser(cwd),
  gemini: async (cwd) => (await import('../agents/geminiStream.js')).geminiParser(cwd),
  opencode: async (cwd) => (await import('../agents/opencodeStream.js')).opencodeParser(cwd),
  scripted: async () => (await import('../agents/scripted/parser.js')).scriptedParser(),
};

/** A fresh parser for one attempt; `cwd` lets it name paths as the repository does. Throws for an unknown agent. */
export async function loadParser(agent: AgentId, cwd: string): Promise<StreamParser> {
  if (!Object.hasOwn(PARSERS, agent)) throw new Error(`There is no parser for the agent "${agent}".`);
  return PARSERS[agent](cwd);
}
