import { TokenOutOfRangeError, type Tokenizer } from '@foretoken/core';
import { type AddedToken, findAddedTokens, longestFirst } from './find-added-tokens.js';

export interface TokenizerParts extends Pick<Tokenizer, 'beginToken' | 'addsBeginToken' | 'endTokens'> {
  /** Of every token, by id; none for special ones. */
  readonly bytes: readonly Uint8Array[];
  readonly addedTokens: readonly AddedToken[];
  /** The tokens of a text without added ones. */
  readonly encodeText: (text: string) => readonly number[];
}

/** A tokenizer that looks for added tokens as llama.cpp does, before the rest of a text is split. */
export function createTokenizer({ bytes, addedTokens, encodeText, ...rest }: TokenizerParts): Tokenizer {
  const added = longestFirst(addedTokens);
  const plain = added.filter(({ special }) => !special);
  const tokenBytes = (token: number): Uint8Array => {
    const known = bytes[token];
    if (known === undefined) {
      throw new TokenOutOfRangeError(
        `Token ${token}: the vocabulary has the tokens 0 to ${bytes.length - 1}.`,
      );
    }
    return known;
  };
  return {
    ...rest,
    vocabularySize: bytes.length,
    encode: (text, { special = false } = {}) =>
      findAddedTokens(wellFormed(text), special ? added : plain).flatMap((part) =>
        typeof part === 'number' ? part : encodeText(part),
      ),
    decode: (tokens) =>
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(tokens.map(tokenBytes))),
    tokenBytes,
  };
}

/** Lone surrogates become U+FFFD, as everywhere in UTF-8. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
