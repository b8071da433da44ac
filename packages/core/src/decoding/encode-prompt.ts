import type { Tokenizer } from '../contract/tokenizer.js';

/**
 * A prompt's token ids as `generate` reads it: with the begin token where the model expects one, or where the text is
 * empty and the model has one. Empty where it has none.
 */
export function encodePrompt(tokenizer: Tokenizer, text: string): number[] {
  const { beginToken, addsBeginToken } = tokenizer;
  const tokens = tokenizer.encode(text);
  const begins = beginToken !== undefined && (addsBeginToken || tokens.length === 0);
  return begins ? [beginToken, ...tokens] : tokens;
}
