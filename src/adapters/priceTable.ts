/**
 * List prices of model APIs, from @pydantic/genai-prices (data inside the package, nothing is fetched). A bundle of its
 * own: it is large and only needed once there is something to price.
 */
import { calcPrice, findProvider } from '@pydantic/genai-prices';

export interface PricedTokens {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
}

/** Well below every vendor's threshold for long-context prices (128,000 tokens and more). */
const CHUNK = 100_000;

/**
 * Dollars, or `undefined` when the table does not know the model. `tokens` are sums over many requests, so prices
 * that rise with the length of one request would misfire: the sum is priced as if made of short requests.
 *
 * @param provider the vendor's id in the table (`anthropic`, `openai`, `google` …); by the model's name when absent.
 */
export function listPrice(model: string, provider: string | undefined, tokens: PricedTokens): number | undefined {
  if (provider !== undefined && findProvider({ providerId: provider }) === undefined) return undefined;
  const chunks = Math.max(1, Math.ceil(tokens.inputTokens / CHUNK));
  const result = calcPrice(
    {
      input_tokens: tokens.inputTokens / chunks,
      cache_read_tokens: tokens.cachedInputTokens / chunks,
      cache_write_tokens: tokens.cacheWriteTokens / chunks,
      output_tokens: tokens.outputTokens / chunks,
    },
    model,
    provider === undefined ? {} : { providerId: provider },
  );
  return result === null ? undefined : result.total_price * chunks;
}
