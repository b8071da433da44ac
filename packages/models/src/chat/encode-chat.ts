import type { Tokenizer } from '@foretoken/core';

/**
 * Token ids of a rendered conversation: what it writes as special tokens are such. One begin token where the model
 * expects one, whether or not the template writes it.
 */
export function encodeChat(tokenizer: Tokenizer, text: string): number[] {
  const { beginToken, addsBeginToken } = tokenizer;
  const tokens = tokenizer.encode(text, { special: true });
  const lacksBegin = addsBeginToken && beginToken !== undefined && tokens[0] !== beginToken;
  return lacksBegin ? [beginToken, ...tokens] : tokens;
}
