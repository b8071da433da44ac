import type { LlamaContext } from './llama-context.js';

const fewTokens = 1;
const moreTokens = 5;

/** What a sequence holds in the cache. */
interface CacheSize {
  /** Bytes a token adds: keys and values. */
  readonly perToken: number;
  /** Bytes that do not grow with the tokens: a recurrent state. */
  readonly fixed: number;
}

/**
 * Asks the engine for the size of a sequence of few and of more tokens: the layout of the cache is the
 * architecture's own (shared, windowed, compressed or recurrent), so no formula has it for all.
 */
export async function measureCache(context: LlamaContext, contextLength: number): Promise<CacheSize> {
  const read = async (count: number): Promise<number> => {
    const tokens = Array.from({ length: count }, (_, position) => ({
      token: 0,
      position,
      sequences: [0],
      output: false,
    }));
    await context.decode(tokens, false);
    const bytes = context.sequenceBytes(0);
    context.remove(0, 0);
    return bytes;
  };
  const more = Math.min(moreTokens, contextLength);
  const [small, large] = [await read(fewTokens), await read(more)];
  const perToken = more > fewTokens ? (large - small) / (more - fewTokens) : 0;
  return { perToken, fixed: small - fewTokens * perToken };
}
