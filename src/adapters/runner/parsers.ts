/** The stream parser of each agent CLI, loaded when it is needed: a runner needs one of them. */
import type { AgentId } from '../../core/ids.js';
import type { StreamParser } from '../../core/ports.js';

type Load = () => Promise<StreamParser>;

const PARSERS: Readonly<Partial<Record<AgentId, Load>>> = {
  scripted: async () => (await import('../agents/scripted/parser.js')).scriptedParser(),
};

/** A fresh parser for one attempt. Throws when there is none for that agent. */
export async function loadParser(agent: AgentId): Promise<StreamParser> {
  const load = PARSERS[agent];
  if (load === undefined) throw new Error(`No parser for the agent "${agent}".`);
  return load();
}
