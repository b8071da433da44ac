import type { GgufFile } from '@foretoken/models';

/** GGUF's number of a token that stands for nothing. */
const unused = 5;

/**
 * The tokens of a GGUF file's vocabulary by id, without the unused ones at its end: models of one family are often padded
 * to different sizes. Undefined where the file has none.
 */
export function usedTokens({ metadata }: Pick<GgufFile, 'metadata'>): readonly string[] | undefined {
  const tokens = metadata.get('tokenizer.ggml.tokens');
  if (!Array.isArray(tokens)) return undefined;
  const types = metadata.get('tokenizer.ggml.token_type');
  const last = Array.isArray(types) ? types.findLastIndex((type) => Number(type) !== unused) : -1;
  return (last < 0 ? tokens : tokens.slice(0, last + 1)) as string[];
}
