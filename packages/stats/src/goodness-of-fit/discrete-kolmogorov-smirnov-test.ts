import { requireCounts, requireSameLength } from '../errors/require-counts.js';
import { requireLaw } from '../errors/require-law.js';
import { drawUniform, type RandomSource } from '../random/random-source.js';
import type { ImpossibleCell } from './goodness-of-fit.js';
import { type KolmogorovSmirnov, kolmogorovSmirnovTest } from './kolmogorov-smirnov-test.js';

export interface DiscreteKolmogorovSmirnov extends Omit<KolmogorovSmirnov, 'at'> {
  /** The outcome at which the distance is largest. */
  readonly cell: number;
  /** Observed outcomes of probability 0: any of them disproves the law, and the p-value is 0. */
  readonly impossible: readonly ImpossibleCell[];
}

/**
 * Kolmogorov-Smirnov test for draws from a known discrete law over ordered outcomes, with a p-value that is
 * exactly uniform under the law.
 *
 * Each draw becomes a uniform number: the probability of all outcomes before it plus a uniform share of its own
 * (Brockwell, Statistics & Probability Letters 77, 2007); these are tested as continuous draws. Sensitive to
 * mass that moves along the order of the outcomes, so order them by what a suspected fault favours, before
 * looking at the draws. Nothing needs pooling.
 *
 * O(n log n), and the time of kolmogorovSmirnovSurvival.
 *
 * @param counts how often each outcome was drawn.
 * @param probabilities of the same outcomes, summing to 1 within 1e-9.
 * @param options.random uniform numbers in [0, 1), independent of the draws; one per draw is used.
 * @throws StatisticsError for lists of different lengths, bad counts or probabilities, or no draws.
 */
export function discreteKolmogorovSmirnovTest(
  counts: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: { readonly random: RandomSource },
): DiscreteKolmogorovSmirnov {
  requireSameLength(counts, 'counts', probabilities, 'probabilities');
  requireLaw(probabilities, 'probabilities');
  const count = requireCounts(counts, 'counts');
  const values = new Float64Array(count);
  const ends = new Float64Array(counts.length);
  const impossible: ImpossibleCell[] = [];
  let filled = 0;
  let before = 0;
  for (let cell = 0; cell < counts.length; cell++) {
    const observed = counts[cell] as number;
    const own = probabilities[cell] as number;
    if (own === 0 && observed > 0) impossible.push({ cell, observed });
    for (let draw = 0; draw < observed; draw++) {
      values[filled] = before + own * drawUniform(options.random);
      filled += 1;
    }
    before += own;
    ends[cell] = before;
  }
  const { statistic, pValue, at } = kolmogorovSmirnovTest(values);
  const cell = ends.findIndex((end) => at < end);
  return {
    statistic,
    pValue: impossible.length > 0 ? 0 : pValue,
    count,
    cell: cell < 0 ? counts.length - 1 : cell,
    impossible,
  };
}
