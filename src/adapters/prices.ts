/** What tokens cost: the CLI's own figure where it has one, else the list price of the model's vendor. */
import type { Usage } from '../core/activity.js';
import type { AgentId } from '../core/ids.js';
import type { Prices } from '../core/ports.js';

/** Whose list a CLI's model names belong to. opencode names the vendor itself (`anthropic/claude-sonnet-4-5`). */
const VENDOR: Readonly<Partial<Record<AgentId, string>>> = { claude: 'anthropic', codex: 'openai', gemini: 'google' };

function named(agent: AgentId, model: string): { readonly model: string; readonly vendor: string | undefined } {
  // `claude-sonnet-4-5[1m]` chooses a context window, not another model.
  const plain = model.replace(/\[[^\]]*\]$/, '');
  const slash = agent === 'opencode' ? plain.indexOf('/') : -1;
  return slash < 0 ? { model: plain, vendor: VENDOR[agent] } : { model: plain.slice(slash + 1), vendor: plain.slice(0, slash) };
}

function isPriceable(usage: Usage): boolean {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens } = usage;
  const all = [inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens];
  return all.every((count) => Number.isFinite(count) && count >= 0) && cachedInputTokens + cacheWriteTokens <= inputTokens;
}

/** The table is loaded on first use and kept. */
export function createPrices(): Prices {
  let table: Promise<typeof import('./priceTable.js')> | undefined;
  return {
    usd: async (agent, usage) => {
      if (usage.usd !== undefined) return usage.usd;
      if (usage.inputTokens === 0 && usage.outputTokens === 0) return 0;
      if (usage.model === undefined || !isPriceable(usage)) return undefined;
      table ??= import('./priceTable.js');
      const { listPrice } = await table;
      const { model, vendor } = named(agent, usage.model);
      return listPrice(model, vendor, usage);
    },
  };
}
