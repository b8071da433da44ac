import { binomialQuantile } from '../distributions/binomial-quantile.js';
import { deviationSlack } from '../equivalence/deviation-slack.js';
import { createDistanceLaw } from '../equivalence/distance-law.js';
import { upperDistance, upperDistanceOf } from '../equivalence/total-variation-bounds.js';
import { requireInteger, requireOpenProbability } from '../errors/require.js';
import { requireLaw } from '../errors/require-law.js';

/**
 * The margin below which equivalenceTest on total variation shows an exact law to be, with at least the wanted power,
 * after n draws: its upper bound at the largest empirical distance that such a law gives, except with probability
 * 1 - power. No approximation: the power is a lower bound.
 *
 * Two cells: Clopper and Pearson's bound at the binomial quantiles of (1 -+ power) / 2. Otherwise the bound at the mean
 * under the target + deviationSlack(1 - power). Time: that of totalVariationInterval.
 *
 * @param options.probabilities target probability of each cell, summing to 1.
 * @param options.count n, at least 1.
 * @param options.alpha of the equivalence test, above 0 and below 1.
 * @param options.power above 0, below 1.
 * @returns 0 to 1; 1 where so few draws prove nothing.
 * @throws StatisticsError where an option is outside its range.
 */
export function smallestProvableMargin(options: {
  readonly probabilities: ArrayLike<number>;
  readonly count: number;
  readonly alpha: number;
  readonly power: number;
}): number {
  const { probabilities, count, alpha, power } = options;
  requireLaw(probabilities, 'probabilities');
  requireInteger(count, 'count', 1);
  requireOpenProbability(alpha, 'alpha');
  requireOpenProbability(power, 'power');
  const law = createDistanceLaw([{ count, weight: 1, probabilities }]);
  if (probabilities.length === 2) {
    const target = Math.min(1, probabilities[0] as number);
    const bounds = [(1 - power) / 2, (1 + power) / 2].map((level) => {
      const hits = binomialQuantile(level, count, target);
      return upperDistance([{ counts: [hits, count - hits], probabilities, count, weight: 1 }], law, alpha);
    });
    return Math.max(...bounds);
  }
  const distance = law.meanUnderTarget + deviationSlack(count, law.minorityMass, 1 - power);
  return upperDistanceOf(distance, law, alpha);
}
