import type { Tokenizer } from '@foretoken/core';

/**
 * One token as lists of log-probabilities write it: its text; of a part of a character the bytes, as OpenAI writes them
 * (`bytes:\xe2\x82`); of a token without bytes, such as an end token, its id (`token_id:2`).
 */
export function tokenText(tokenizer: Tokenizer, token: number): string {
  const bytes = tokenizer.tokenBytes(token);
  if (bytes.length === 0) return `token_id:${token}`;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return `bytes:${Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
  }
}
