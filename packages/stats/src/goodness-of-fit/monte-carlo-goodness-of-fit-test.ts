import { requireInteger, requireOneOf } from '../errors/require.js';
import type { RandomSource } from '../random/random-source.js';
import type { GoodnessOfFit, PoolingOptions } from './goodness-of-fit.js';
import { type MonteCarloPValue, monteCarloPValue } from './monte-carlo-p-value.js';
import { multinomialSampler } from './multinomial-sampler.js';
import { type MultinomialStatistic, statisticShift, statisticTerm } from './multinomial-statistic.js';
import { testedCells } from './tested-cells.js';

export interface MonteCarloOptions extends PoolingOptions {
  /** Uniform numbers in [0, 1), independent of the data. */
  readonly random: RandomSource;
  /** Data sets to simulate, at least 1. Default 9,999. No p-value is below u / (draws + 1). */
  readonly draws?: number | undefined;
}

export interface MonteCarloGoodnessOfFit extends GoodnessOfFit, MonteCarloPValue {}

/**
 * Exact test by simulation, for tables too large to enumerate: do counts of independent draws follow a known
 * law?
 *
 * Compares the statistic with that of `draws` tables simulated under the law. The p-value is exactly uniform
 * under the law at every n and number of draws; simulating more only adds power and lets smaller p-values be
 * reached.
 *
 * Source: Barnard, J. Royal Statistical Society B 25 (1963), 294; ties: Dufour (2006), proposition 2.4. Time
 * O(draws · cells · sqrt(n / cells)), or O(draws · (n + cells)) where the cells are many.
 *
 * @param counts how often each outcome was drawn.
 * @param probabilities of the same outcomes, summing to 1 within 1e-9.
 * @param options.statistic `chi-square` (default), `g`, or `probability`, see multinomialTest.
 * @param options.minimumExpected @defaultValue 1: not for validity, but since one draw of a cell that expects
 *   0.001 would outweigh all others in chi-square.
 * @throws StatisticsError for lists of different lengths, bad counts, probabilities or options, or no draws.
 */
export function monteCarloGoodnessOfFitTest(
  counts: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: MonteCarloOptions & { readonly statistic?: MultinomialStatistic | undefined },
): MonteCarloGoodnessOfFit {
  const { minimumExpected = 1, statistic = 'chi-square', draws = 9_999, random } = options;
  requireOneOf(statistic, 'statistic', ['probability', 'chi-square', 'g']);
  requireInteger(draws, 'draws', 1);
  const tested = testedCells(counts, probabilities, minimumExpected);
  if (tested.impossible.length > 0) {
    return { statistic: Infinity, pValue: 0, draws: 0, larger: 0, equal: 0, ...tested };
  }
  const expected = tested.cells.map((cell) => cell.expected);
  const statisticOf = (table: ArrayLike<number>): number =>
    expected.reduce((sum, mean, cell) => sum + statisticTerm(statistic, table[cell] as number, mean), 0);
  const observed = statisticOf(tested.cells.map((cell) => cell.observed));
  const fill = multinomialSampler(expected, tested.count);
  const table = new Float64Array(expected.length);
  const simulate = (): number => {
    fill(table, random);
    return statisticOf(table);
  };
  return {
    statistic: observed + statisticShift(statistic, tested.count),
    ...monteCarloPValue(observed, draws, random, simulate),
    ...tested,
  };
}
