import { requireInteger, requireOneOf } from '../errors/require.js';
import { shuffle } from '../random/shuffle.js';
import { usualMinimumExpected } from './asymptotic-test.js';
import type { Divergence } from './divergence.js';
import type { LagIndependence } from './lag-independence-test.js';
import { lagStatistic, poolSeries } from './lag-table.js';
import type { MonteCarloOptions } from './monte-carlo-goodness-of-fit-test.js';
import { type MonteCarloPValue, monteCarloPValue } from './monte-carlo-p-value.js';

export interface PermutationLagIndependence extends LagIndependence, MonteCarloPValue {}

/**
 * The same question and statistic as lagIndependenceTest, with an exact p-value: where the outcomes are
 * independent draws from one law, every order of them is equally likely, so the statistic is compared with that
 * of shuffled series. The p-value is exactly uniform then, at every n and number of draws.
 *
 * Source: Wald & Wolfowitz, Annals of Mathematical Statistics 14 (1943); ties: Dufour (2006), proposition 2.4.
 * Time O(draws · (n + cells²)).
 *
 * @param outcomes in the order in which they were drawn: finite numbers or names.
 * @param options.lag an integer of at least 1. @defaultValue 1.
 * @param options.draws shuffled series. @defaultValue 9,999.
 * @param options.minimumExpected @defaultValue 5: not for validity, but to keep the table small.
 * @throws StatisticsError for bad options, a value that is no finite number, or no pair.
 */
export function permutationLagIndependenceTest(
  outcomes: ArrayLike<number | string>,
  options: MonteCarloOptions & {
    readonly statistic?: Divergence | undefined;
    readonly lag?: number | undefined;
  },
): PermutationLagIndependence {
  const { statistic = 'chi-square', lag = 1, draws = 9_999, random } = options;
  const { minimumExpected = usualMinimumExpected } = options;
  requireOneOf(statistic, 'statistic', ['chi-square', 'g']);
  requireInteger(draws, 'draws', 1);
  const series = poolSeries(outcomes, lag, minimumExpected);
  const size = series.outcomes.length;
  const observed = lagStatistic(statistic, series.cells, size, lag);
  const simulate = (): number => {
    shuffle(series.cells, random);
    return lagStatistic(statistic, series.cells, size, lag);
  };
  return {
    statistic: observed,
    ...monteCarloPValue(observed, draws, random, simulate),
    count: outcomes.length - lag,
    cells: series.outcomes,
  };
}
