import type { LanguageModel } from '../contract/language-model.js';
import type { Sequence } from '../contract/sequence.js';

const piece = 16;

/**
 * Reads tokens into an empty sequence, a piece at a time until all are read or the time is up; at least one piece.
 * Any tokens will do for measuring: a dense model's pass costs the same for all.
 *
 * @param options.wanted tokens to read, 1 or more.
 * @param options.milliseconds after which no further piece is begun.
 * @returns the tokens that were read, [1 to wanted].
 */
export async function readPrefix(
  sequence: Sequence,
  options: {
    readonly wanted: number;
    readonly milliseconds: number;
    readonly clock: () => number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<number[]> {
  const { wanted, milliseconds, clock, signal } = options;
  const model: LanguageModel = sequence.model;
  const read: number[] = [];
  const start = clock();
  do {
    const tokens = Array.from(
      { length: Math.min(piece, wanted - read.length) },
      (_, index) => ((read.length + index) * 7) % model.vocabularySize,
    );
    await model.forward([{ sequence, tokens, rows: 'none' }], { signal });
    read.push(...tokens);
  } while (read.length < wanted && clock() - start < milliseconds);
  return read;
}
