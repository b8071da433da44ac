import { requireInteger } from '../errors/require.js';
import { requiredNoncentrality } from './required-noncentrality.js';

/**
 * The smallest total variation that a chi-square or G test against a known target is sure to find with the wanted power,
 * whichever way the laws differ: sqrt(noncentrality / (4 n)), since n x chi-square divergence >= 4 n TV^2
 * (Cauchy-Schwarz), and 2 n KL >= 4 n TV^2 (Pinsker). Differences in rare cells are found sooner. Infinity where so few
 * draws are sure to find nothing.
 *
 * Source: Cohen 1988, section 7.4 (noncentrality); the inequality is an equality where half the mass grows and half
 * shrinks by one factor. Large-count approximation, as chiSquareTestPower. Time: that of requiredNoncentrality.
 *
 * @param options.cells at least 2.
 * @param options.count n, draws, at least 1.
 * @param options.alpha level of the test, above 0 and below 1.
 * @param options.power above alpha, below 1.
 * @throws StatisticsError where an option is outside its range.
 */
export function minimumDetectableTotalVariation(options: {
  readonly cells: number;
  readonly count: number;
  readonly alpha: number;
  readonly power: number;
}): number {
  const { cells, count, alpha, power } = options;
  requireInteger(cells, 'cells', 2);
  requireInteger(count, 'count', 1);
  const noncentrality = requiredNoncentrality({ degreesOfFreedom: cells - 1, alpha, power });
  const distance = Math.sqrt(noncentrality / (4 * count));
  return distance > 1 ? Infinity : distance;
}
