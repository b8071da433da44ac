import type { RandomSource } from '../random/random-source.js';
import { compareStatistics } from './multinomial-statistic.js';
import { randomisedPValue } from './randomised-p-value.js';

/** What a Monte Carlo test reports beside its statistic. */
export interface MonteCarloPValue {
  /** Exactly uniform under the null hypothesis, whatever the number of draws. */
  readonly pValue: number;
  /** Simulated data sets. */
  readonly draws: number;
  /** Simulated statistics that were larger than the observed one. */
  readonly larger: number;
  /** Simulated statistics that were equal to it. */
  readonly equal: number;
}

/**
 * The rank of the observed statistic among itself and simulated ones, ties broken at random: (larger + u (equal
 * + 1)) / (draws + 1) with u uniform. Under the null hypothesis all ranks are equally likely, so that the
 * p-value is exactly uniform (Dufour, J. Econometrics 133, 2006, proposition 2.4).
 *
 * @param simulate a statistic of data drawn under the null hypothesis.
 */
export function monteCarloPValue(
  observed: number,
  draws: number,
  random: RandomSource,
  simulate: () => number,
): MonteCarloPValue {
  let larger = 0;
  let equal = 0;
  for (let draw = 0; draw < draws; draw++) {
    const comparison = compareStatistics(simulate(), observed);
    if (comparison > 0) larger += 1;
    else if (comparison === 0) equal += 1;
  }
  const pValue = randomisedPValue(larger / (draws + 1), (equal + 1) / (draws + 1), random);
  return { pValue, draws, larger, equal };
}
