import { chiSquareSurvival } from '../distributions/chi-square-survival.js';
import { requireOneOf } from '../errors/require.js';
import { usualMinimumExpected } from './asymptotic-test.js';
import type { IndependenceOptions } from './independence-test.js';
import { lagStatistic, poolSeries } from './lag-table.js';

export interface LagIndependence {
  readonly statistic: number;
  /** Chance of a statistic at least as large where the outcomes are independent draws from one law, 0 to 1. */
  readonly pValue: number;
  /** Pairs that were compared: outcomes - lag. */
  readonly count: number;
  /** The outcomes in each cell that was compared, by falling frequency. */
  readonly cells: readonly (readonly (number | string)[])[];
}

export interface AsymptoticLagIndependence extends LagIndependence {
  /** (cells - 1)². Where it is 0 there is nothing to compare: statistic 0, p-value 1. */
  readonly degreesOfFreedom: number;
}

/**
 * Are consecutive outcomes, such as those of successive rounds, independent draws from one law, whatever it is?
 *
 * Statistic: chi-square, or G, of the table of all pairs `lag` steps apart against the product of its totals:
 * the test of a chain without memory against one with a memory of one step. Its limit law for many outcomes is
 * chi-square with (cells - 1)² degrees of freedom, although the pairs overlap. Rare outcomes are pooled by
 * their frequency in the whole series, which says nothing about order, until each cell holds
 * sqrt(minimumExpected · n). Exact p-values: permutationLagIndependenceTest.
 *
 * Rounds that follow different known laws can be tested after randomisedPit: its uniform numbers u, as
 * Math.floor(u · cells), are draws from one law where all rounds follow theirs.
 *
 * Source: Anderson & Goodman, Annals of Mathematical Statistics 28 (1957), section 3.3. O(n log n).
 *
 * @param outcomes in the order in which they were drawn: finite numbers or names.
 * @param options.lag an integer of at least 1. @defaultValue 1.
 * @param options.minimumExpected @defaultValue 5.
 * @throws StatisticsError for bad options, a value that is no finite number, or no pair.
 */
export function lagIndependenceTest(
  outcomes: ArrayLike<number | string>,
  options: IndependenceOptions & { readonly lag?: number | undefined } = {},
): AsymptoticLagIndependence {
  const { statistic = 'chi-square', minimumExpected = usualMinimumExpected, lag = 1 } = options;
  requireOneOf(statistic, 'statistic', ['chi-square', 'g']);
  const series = poolSeries(outcomes, lag, minimumExpected);
  const size = series.outcomes.length;
  const degreesOfFreedom = (size - 1) ** 2;
  const value = lagStatistic(statistic, series.cells, size, lag);
  return {
    statistic: value,
    pValue: degreesOfFreedom === 0 ? 1 : chiSquareSurvival(value, degreesOfFreedom),
    degreesOfFreedom,
    count: outcomes.length - lag,
    cells: series.outcomes,
  };
}
