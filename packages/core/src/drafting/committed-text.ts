import type { Tokenizer } from '../contract/tokenizer.js';

/** The bytes of tokens, one after the other; special tokens have none. */
function tokensBytes(tokenizer: Tokenizer, tokens: readonly number[]): Uint8Array {
  const parts = tokens.map((token) => tokenizer.tokenBytes(token));
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The text of tokens; undefined where it ends inside a character. */
export function wholeText(tokenizer: Tokenizer, tokens: readonly number[]): string | undefined {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const text = decoder.decode(tokensBytes(tokenizer, tokens), { stream: true });
  return decoder.decode() === '' ? text : undefined;
}
