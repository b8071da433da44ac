import { type AsymptoticGoodnessOfFit, asymptoticTest, usualMinimumExpected } from './asymptotic-test.js';
import type { PoolingOptions } from './goodness-of-fit.js';

/**
 * Likelihood-ratio (G) test: do counts of independent draws follow a known law?
 *
 * Statistic: 2 sum over cells of observed log(observed / expected), twice the sample size times the KL divergence
 * of the observed shares from the law (nats), compared with the upper tail of the chi-square law with cells - 1
 * degrees of freedom, its limit for many draws (see chiSquareTest for what that means at finite n).
 * Against chi-square it weighs missing outcomes more and surplus of rare ones less.
 *
 * Source: Wilks, Annals of Mathematical Statistics 9 (1938); pooling: Cochran (1954), see poolCells. O(n log n).
 *
 * @param counts how often each outcome was drawn.
 * @param probabilities of the same outcomes, summing to 1 within 1e-9.
 * @param options.minimumExpected @defaultValue 5.
 * @throws StatisticsError for lists of different lengths, bad counts or probabilities, or no draws.
 */
export function gTest(
  counts: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: PoolingOptions = {},
): AsymptoticGoodnessOfFit {
  const { minimumExpected = usualMinimumExpected } = options;
  return asymptoticTest('g', counts, probabilities, minimumExpected);
}
