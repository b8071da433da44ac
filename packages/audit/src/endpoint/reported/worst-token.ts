import type { DrawnToken } from '../draw-source.js';
import type { HistoryTable } from './history-counts.js';

/** The token whose draws are furthest from what the reported probabilities add up to. */
export interface WorstToken {
  /** From 1. */
  readonly position: number;
  /** Index of the prompt. */
  readonly prompt: number;
  /** The tokens before it; undefined: summed over all histories of the prompt. */
  readonly history: readonly string[] | undefined;
  readonly text: string;
  readonly observed: number;
  readonly expected: number;
  /** (observed - expected) in standard deviations. */
  readonly residual: number;
}

/** Fewer expected and observed draws say nothing about a token. */
const leastCount = 5;

interface Sums {
  readonly prompt: number;
  readonly history: readonly DrawnToken[] | undefined;
  readonly text: string;
  observed: number;
  expected: number;
  variance: number;
}

/** The largest standardised residual of a token at one position, after one history or after all of its prompt. */
export function findWorstToken(position: number, tables: readonly HistoryTable[]): WorstToken | undefined {
  const sums = new Map<string, Sums>();
  const add = (key: string, start: Sums, observed: number, expected: number, variance: number): void => {
    const sum = sums.get(key) ?? start;
    sum.observed += observed;
    sum.expected += expected;
    sum.variance += variance;
    sums.set(key, sum);
  };
  for (const [index, { prompt, history, law, counts, draws }] of tables.entries()) {
    const entries = [
      ...law.tokens,
      { key: '', text: 'a token that was not reported', probability: law.unreported },
    ];
    for (const [rank, { key, text, probability }] of entries.entries()) {
      const values = [
        counts[rank] as number,
        draws * probability,
        draws * probability * (1 - probability),
      ] as const;
      const start = { prompt, text, observed: 0, expected: 0, variance: 0 };
      add(`all ${prompt} ${key}`, { ...start, history: undefined }, ...values);
      if (position > 1) add(`one ${index} ${rank}`, { ...start, history }, ...values);
    }
  }
  let worst: WorstToken | undefined;
  for (const { prompt, history, text, observed, expected, variance } of sums.values()) {
    if (Math.max(observed, expected) < leastCount) continue;
    // A token that is all but ruled out still has some spread: no division by 0.
    const residual = (observed - expected) / Math.sqrt(Math.max(variance, 1e-6));
    if (worst !== undefined && Math.abs(residual) <= Math.abs(worst.residual)) continue;
    const before = history?.map((token) => token.text);
    worst = { position, prompt, history: before, text, observed, expected, residual };
  }
  return worst;
}
