import {
  type ForwardResult,
  InvalidArgumentError,
  type LanguageModel,
  NonFiniteLogitsError,
  type Sequence,
} from '@foretoken/core';
import { logProbabilities, type RowDivergences, rowDivergences } from './row-divergences.js';

/** Tokens that both models read; rows are compared from the prompt's last token on. */
export interface ComparedText {
  readonly tokens: readonly number[];
  /** Tokens that are not scored, at least 1. */
  readonly promptLength: number;
}

export interface ComparedRow extends RowDivergences {
  /** 0 for the first scored token. */
  readonly position: number;
  /** Natural log-probability of the text's own token under each model. */
  readonly referenceLogprob: number;
  readonly candidateLogprob: number;
}

/**
 * Reads one text with two models and compares their next-token distributions at every scored position: no sampling,
 * both see the same history.
 *
 * @throws NonFiniteLogitsError naming the model and the position; InvalidArgumentError for a text without a prompt
 *   or a scored token; errors of the engines as they come.
 */
export async function compareRows(
  reference: LanguageModel,
  candidate: LanguageModel,
  { tokens, promptLength }: ComparedText,
  signal?: AbortSignal,
): Promise<ComparedRow[]> {
  if (promptLength < 1 || promptLength >= tokens.length) {
    throw new InvalidArgumentError(
      `A text of ${tokens.length} tokens with a prompt of ${promptLength} has nothing to compare.`,
    );
  }
  const models = [reference, candidate] as const;
  const sequences: Sequence[] = [];
  const rows: ComparedRow[] = [];
  const scratch = models.map(({ vocabularySize }) => new Float64Array(vocabularySize));
  try {
    for (const model of models) {
      const sequence = model.createSequence();
      sequences.push(sequence);
      const before = tokens.slice(0, promptLength - 1);
      if (before.length > 0) await model.forward([{ sequence, tokens: before, rows: 'none' }], { signal });
    }
    const width = Math.min(...models.map(({ capabilities }) => capabilities.maximumPassTokens));
    for (let start = promptLength - 1; start < tokens.length - 1; start += width) {
      const chunk = tokens.slice(start, Math.min(start + width, tokens.length - 1));
      const results: ForwardResult[] = [];
      for (const [index, model] of models.entries()) {
        const request = { sequence: sequences[index] as Sequence, tokens: chunk, rows: 'all' as const };
        results.push(...(await model.forward([request], { signal })));
      }
      for (let row = 0; row < chunk.length; row++) {
        const position = start + row - promptLength + 1;
        const [left, right] = results.map((result, index) => {
          const logs = logProbabilities(result.logits.read(row), scratch[index] as Float64Array);
          if (logs.some(Number.isNaN)) {
            throw new NonFiniteLogitsError(
              `${models[index]?.name} gave logits that are no numbers at position ${position}.`,
            );
          }
          return logs;
        }) as [Float64Array, Float64Array];
        const token = tokens[start + row + 1] as number;
        rows.push({
          position,
          ...rowDivergences(left, right),
          referenceLogprob: left[token] as number,
          candidateLogprob: right[token] as number,
        });
      }
    }
  } finally {
    for (const sequence of sequences) sequence.close();
  }
  return rows;
}
