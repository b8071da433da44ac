import { requirePositive } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';
import { smallestProvableMargin } from './smallest-provable-margin.js';

const mostDraws = 2 ** 40;

/**
 * Draws that suffice for equivalenceTest to show an exact law to be within a margin of its target in total variation, with
 * at least the wanted power: the inverse of smallestProvableMargin, at most 0.1 % above its least. Since that power is a
 * lower bound, fewer draws often do, down to about half. Time: about 30 times that
 * of totalVariationInterval.
 *
 * @param options.probabilities target probability of each cell, summing to 1.
 * @param options.margin above 0, at most 1.
 * @param options.alpha of the equivalence test, above 0 and below 1.
 * @param options.power above 0, below 1.
 * @throws StatisticsError where an option is outside its range, or the margin needs more than 2^40 draws.
 */
export function sampleCountForMargin(options: {
  readonly probabilities: ArrayLike<number>;
  readonly margin: number;
  readonly alpha: number;
  readonly power: number;
}): number {
  const { probabilities, margin, alpha, power } = options;
  requirePositive(margin, 'margin');
  const suffices = (count: number): boolean =>
    smallestProvableMargin({ probabilities, count, alpha, power }) < margin;
  let high = 1;
  while (!suffices(high)) {
    high *= 2;
    if (high > mostDraws) {
      throw new StatisticsError(`A margin of ${margin} needs more than 2^40 draws; choose a wider one.`, {
        reason: 'too-large',
        argument: 'margin',
        value: margin,
      });
    }
  }
  let low = Math.floor(high / 2);
  while (high - low > Math.max(1, high / 1000)) {
    const middle = Math.floor((low + high) / 2);
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  return high;
}
