import { describe, expect, it } from 'vitest';
import type { Usage } from '../../src/core/activity.js';
import { createPrices } from '../../src/adapters/prices.js';

const USED: Usage = { inputTokens: 37_160, cachedInputTokens: 24_148, cacheWriteTokens: 12_446, outputTokens: 302 };

describe('prices', () => {
  const prices = createPrices();

  it('takes the figure of the CLI where it has one', async () => {
    expect(await prices.usd('claude', { ...USED, model: 'claude-sonnet-4-5', usd: 0.5 })).toBe(0.5);
    expect(await prices.usd('opencode', { ...USED, model: 'anthropic/claude-sonnet-4-5', usd: 0 })).toBe(0);
  });

  it('agrees with what claude itself reported for the same tokens', async () => {
    // test/agents/fixtures/claude/ok.jsonl: costUSD 0.0601449, with cache writes priced apart
    expect(await prices.usd('claude', { ...USED, model: 'claude-sonnet-4-5' })).toBeCloseTo(0.0601449, 7);
    expect(await prices.usd('claude', { ...USED, model: 'claude-sonnet-4-5[1m]' })).toBeCloseTo(0.0601449, 7);
    expect(await prices.usd('scripted', { ...USED, model: 'claude-sonnet-4-5' })).toBeCloseTo(0.0601449, 7);
    expect(await prices.usd('opencode', { ...USED, model: 'anthropic/claude-sonnet-4-5' })).toBeCloseTo(0.0601449, 7);
  });

  it('knows models of the other vendors, cached input being cheaper', async () => {
    for (const [agent, model] of [['codex', 'gpt-5.5'], ['codex', 'gpt-5-codex'], ['gemini', 'gemini-2.5-pro'], ['opencode', 'openai/gpt-5.5']] as const) {
      const cached = await prices.usd(agent, { ...USED, cacheWriteTokens: 0, model });
      const fresh = await prices.usd(agent, { ...USED, cachedInputTokens: 0, cacheWriteTokens: 0, model });
      expect(cached, model).toBeGreaterThan(0);
      expect(fresh ?? 0, model).toBeGreaterThan(cached ?? 0);
    }
  });

  it('never takes unknown for free', async () => {
    expect(await prices.usd('codex', USED)).toBeUndefined();
    expect(await prices.usd('codex', { ...USED, model: 'no-such-model' })).toBeUndefined();
    // an alias names no price: which model it stands for changes
    expect(await prices.usd('claude', { ...USED, model: 'opus' })).toBeUndefined();
    expect(await prices.usd('opencode', { ...USED, model: 'my-gateway/gpt-5.5' })).toBeUndefined();
    expect(await prices.usd('scripted', { ...USED, model: 'scripted' })).toBeUndefined();
    expect(await prices.usd('codex', { ...USED, model: 'gpt-5.5', inputTokens: Number.NaN })).toBeUndefined();
  });

  it('is linear in sums over many requests, whatever prices a single long request would have', async () => {
    const one: Usage = { inputTokens: 90_000, cachedInputTokens: 10_000, cacheWriteTokens: 0, outputTokens: 1_000, model: 'gemini-2.5-pro' };
    const ten: Usage = { inputTokens: 900_000, cachedInputTokens: 100_000, cacheWriteTokens: 0, outputTokens: 10_000, model: 'gemini-2.5-pro' };
    expect(await prices.usd('gemini', ten)).toBeCloseTo(10 * ((await prices.usd('gemini', one)) ?? 0), 9);
  });

  it('costs nothing when nothing was used', async () => {
    expect(await prices.usd('codex', { inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0 })).toBe(0);
  });
});
