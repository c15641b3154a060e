/** Every agent that Switchyard knows how to run. */
import type { AgentId } from '../../core/ids.js';
import type { AgentAdapter, Agents, AgentStatus } from '../../core/ports.js';
import { createClaude } from './claude.js';
import { createCodex } from './codex.js';
import type { Environment } from './detect.js';
import { createGemini } from './gemini.js';
import { createOpencode } from './opencode.js';

export interface AgentsOptions {
  /** Adapters beyond the four CLIs (the scripted agent); they are listed last. */
  readonly extra: readonly AgentAdapter[];
  /** What `detect` looks at: PATH, HOME and the names of keys. */
  readonly environment: Environment;
  /** Programs to use instead of those on PATH: absolute paths or other names. */
  readonly executables?: Readonly<Partial<Record<AgentId, string>>>;
}

/**
 * The agents of this machine. Each CLI is probed once and remembered until a refresh is asked for, because a probe starts
 * processes.
 */
export function createAgents(options: AgentsOptions): Agents {
  const { executables = {} } = options;
  const adapters: readonly AgentAdapter[] = [
    createClaude(executables.claude),
    createCodex(executables.codex),
    createGemini(executables.gemini),
    createOpencode(executables.opencode),
    ...options.extra,
  ];
  const probed = new Map<string, Promise<AgentStatus>>();
  const probe = (adapter: AgentAdapter, refresh: boolean): Promise<AgentStatus> => {
    const known = probed.get(adapter.id);
    if (known !== undefined && !refresh) return known;
    const probing = adapter.detect(options.environment);
    probed.set(adapter.id, probing);
    // A probe that broke, or found nothing, is made again next time instead of being remembered: looking costs no process.
    const forget = (): void => {
      if (probed.get(adapter.id) === probing) probed.delete(adapter.id);
    };
    probing.then((status) => status.found || forget(), forget);
    return probing;
  };
  const find = (id: string): AgentAdapter | undefined => adapters.find((adapter) => adapter.id === id);
  return {
    adapter: find,
    status: async (id) => {
      const adapter = find(id);
      return adapter === undefined ? undefined : probe(adapter, false);
    },
    detect: (refresh = false) => Promise.all(adapters.map((adapter) => probe(adapter, refresh))),
  };
}
