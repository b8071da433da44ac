import type { Tokenizer } from '@foretoken/core';
import type { GgufFile } from '../gguf/gguf-file.js';

/** The tokens with which a code model is asked to fill a gap. */
export interface FimTokens {
  /** Before the text before the gap. */
  readonly prefix: number;
  /** Between the two texts. */
  readonly suffix: number;
  /** After the text after the gap: what follows fills it. */
  readonly middle: number;
}

/** Metadata keys of GGUF, newer and older, and the names that code models give these tokens. */
export const knownFimTokens: Readonly<
  Record<keyof FimTokens, { keys: readonly string[]; names: readonly string[] }>
> = {
  prefix: {
    keys: ['tokenizer.ggml.fim_pre_token_id', 'tokenizer.ggml.prefix_token_id'],
    names: [
      '<|fim_prefix|>',
      '<fim-prefix>',
      '<fim_prefix>',
      '<｜fim▁begin｜>',
      '<|code_prefix|>',
      '▁<PRE>',
      '<PRE>',
      '<|prefix|>',
    ],
  },
  suffix: {
    keys: ['tokenizer.ggml.fim_suf_token_id', 'tokenizer.ggml.suffix_token_id'],
    names: [
      '<|fim_suffix|>',
      '<fim-suffix>',
      '<fim_suffix>',
      '<｜fim▁hole｜>',
      '<|code_suffix|>',
      '▁<SUF>',
      '<SUF>',
      '<|suffix|>',
    ],
  },
  middle: {
    keys: ['tokenizer.ggml.fim_mid_token_id', 'tokenizer.ggml.middle_token_id'],
    names: [
      '<|fim_middle|>',
      '<fim-middle>',
      '<fim_middle>',
      '<｜fim▁end｜>',
      '<|code_middle|>',
      '▁<MID>',
      '<MID>',
      '<|middle|>',
    ],
  },
};

/**
 * The tokens for filling a gap: those that the file names, else those of a known name in the vocabulary.
 *
 * @param metadata of the model's GGUF file, where it is one.
 * @returns undefined where the model was not trained for it.
 */
export function findFimTokens(tokenizer: Tokenizer, metadata?: GgufFile['metadata']): FimTokens | undefined {
  const find = (part: keyof FimTokens): number | undefined => {
    const { keys, names } = knownFimTokens[part];
    const named = keys.map((key) => metadata?.get(key)).find((id) => isToken(id, tokenizer));
    return named ?? names.map((name) => tokenCalled(name, tokenizer)).find((id) => id !== undefined);
  };
  const [prefix, suffix, middle] = [find('prefix'), find('suffix'), find('middle')];
  if (prefix === undefined || suffix === undefined || middle === undefined) return undefined;
  return { prefix, suffix, middle };
}

/**
 * A prompt that asks for what belongs between two texts, in the order prefix, suffix, middle (Bavarian et al.
 * 2207.14255, section 3, PSM). Special tokens that the texts spell are plain text.
 */
export function encodeFim(
  tokenizer: Tokenizer,
  tokens: FimTokens,
  texts: { readonly prefix: string; readonly suffix: string },
): number[] {
  const { beginToken, addsBeginToken } = tokenizer;
  return [
    ...(addsBeginToken && beginToken !== undefined ? [beginToken] : []),
    tokens.prefix,
    ...tokenizer.encode(texts.prefix),
    tokens.suffix,
    ...tokenizer.encode(texts.suffix),
    tokens.middle,
  ];
}

function isToken(id: unknown, { vocabularySize }: Tokenizer): id is number {
  return Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocabularySize;
}

/** A token that this text is the name of: read as special it is one token, and has no text of its own. */
function tokenCalled(name: string, tokenizer: Tokenizer): number | undefined {
  const [token, ...more] = tokenizer.encode(name, { special: true });
  if (token === undefined || more.length > 0) return undefined;
  return tokenizer.encode(name).length > 1 ? token : undefined;
}
