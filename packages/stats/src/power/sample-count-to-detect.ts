import { requireInteger, requirePositive, requireProbability } from '../errors/require.js';
import { requiredNoncentrality } from './required-noncentrality.js';

/**
 * Draws after which a chi-square or G test against a known target is sure to find a total variation with the wanted power,
 * whichever way the laws differ: the least n with 4 n TV^2 >= noncentrality. See minimumDetectableTotalVariation, whose
 * inverse this is.
 *
 * @param options.cells at least 2.
 * @param options.totalVariation distance to find, above 0, at most 1.
 * @param options.alpha level of the test, above 0 and below 1.
 * @param options.power above alpha, below 1.
 * @throws StatisticsError where an option is outside its range.
 */
export function sampleCountToDetect(options: {
  readonly cells: number;
  readonly totalVariation: number;
  readonly alpha: number;
  readonly power: number;
}): number {
  const { cells, totalVariation, alpha, power } = options;
  requireInteger(cells, 'cells', 2);
  requirePositive(totalVariation, 'totalVariation');
  requireProbability(totalVariation, 'totalVariation');
  const noncentrality = requiredNoncentrality({ degreesOfFreedom: cells - 1, alpha, power });
  return Math.ceil(noncentrality / (4 * totalVariation ** 2));
}
