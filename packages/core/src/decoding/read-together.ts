import type { ForwardResult } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import type { Sequence } from '../contract/sequence.js';

export interface ReadTogetherOptions {
  /** The readers, with the same token ids. */
  readonly models: readonly [LanguageModel, LanguageModel];
  /** Token ids, [1 or more]. */
  readonly tokens: readonly number[];
  /** Index of the first token whose logits are wanted. */
  readonly from: number;
  readonly signal?: AbortSignal | undefined;
}

/** @param index of the token that the rows come after; both rows are float32 logits, [vocabularySize]. */
export type CompareRows = (left: Float32Array, right: Float32Array, index: number) => void;

/**
 * Reads one text with two models, each in a sequence of its own, and hands over their logits after every wanted token,
 * in order. One pass each, or as many as the shorter of their longest passes asks for.
 *
 * @throws errors of the engines as they come.
 */
export async function readTogether(options: ReadTogetherOptions, compare: CompareRows): Promise<void> {
  const { models, tokens, from, signal } = options;
  const sequences: Sequence[] = [];
  try {
    for (const model of models) sequences.push(model.createSequence());
    const width = Math.min(...models.map(({ capabilities }) => capabilities.maximumPassTokens));
    for (let start = 0; start < tokens.length; start += width) {
      const part = tokens.slice(start, start + width);
      const wanted = [...part.keys()].filter((row) => start + row >= from);
      const logits: Float32Array[][] = [];
      for (const [index, model] of models.entries()) {
        const sequence = sequences[index] as Sequence;
        const rows = wanted.length === 0 ? ('none' as const) : wanted;
        const [result] = await model.forward([{ sequence, tokens: part, rows }], { signal });
        // Copies: the views end with the model's next pass, which another request may have queued.
        logits.push(wanted.map((_, at) => (result as ForwardResult).logits.read(at).slice()));
      }
      for (const [at, row] of wanted.entries())
        compare(logits[0]?.[at] as Float32Array, logits[1]?.[at] as Float32Array, start + row);
    }
  } finally {
    for (const sequence of sequences) sequence.close();
  }
}
