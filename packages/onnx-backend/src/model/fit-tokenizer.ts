import { type Tokenizer, VocabularyMismatchError } from '@foretoken/core';

const noBytes = new Uint8Array();

/**
 * A tokenizer for a model whose tables have more rows than the tokenizer has tokens, as many do: the rows beyond
 * are tokens without text.
 *
 * @throws VocabularyMismatchError where the model has fewer rows.
 */
export function fitTokenizer(name: string, tokenizer: Tokenizer, vocabularySize: number): Tokenizer {
  const { vocabularySize: known } = tokenizer;
  if (known === vocabularySize) return tokenizer;
  if (known > vocabularySize) {
    throw new VocabularyMismatchError(
      `${name} has ${vocabularySize} tokens, its tokenizer ${known}: they do not belong together.`,
    );
  }
  const beyond = (token: number): boolean =>
    Number.isInteger(token) && token >= known && token < vocabularySize;
  return {
    ...tokenizer,
    vocabularySize,
    encode: (text, options) => tokenizer.encode(text, options),
    decode: (tokens) => tokenizer.decode(tokens.filter((token) => !beyond(token))),
    tokenBytes: (token) => (beyond(token) ? noBytes : tokenizer.tokenBytes(token)),
  };
}
