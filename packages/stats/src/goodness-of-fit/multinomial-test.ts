import { requireInteger, requireOneOf } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';
import type { RandomSource } from '../random/random-source.js';
import { logBinomialCoefficient } from '../special/log-binomial-coefficient.js';
import type { GoodnessOfFit, PoolingOptions, TestedCell } from './goodness-of-fit.js';
import { multinomialTails } from './multinomial-tails.js';
import type { MultinomialStatistic } from './multinomial-statistic.js';
import { randomisedPValue } from './randomised-p-value.js';
import { testedCells } from './tested-cells.js';

export interface MultinomialTestOptions extends PoolingOptions {
  /**
   * What makes a table extreme: `probability` (default) its own improbability, `chi-square` or `g` that distance
   * from the expectation.
   */
  readonly statistic?: MultinomialStatistic | undefined;
  /** Where given, the p-value is randomised between its two bounds and exactly uniform under the law. */
  readonly random?: RandomSource | undefined;
  /** Most tables to enumerate, at least 1. Default 2,000,000: half a second or so. */
  readonly tableLimit?: number | undefined;
}

export interface MultinomialTest extends GoodnessOfFit {
  /** Chance of a strictly larger statistic: the p-value lies between this and `atLeast`. */
  readonly larger: number;
  /** Chance of a statistic at least as large. */
  readonly atLeast: number;
  /** Tables enumerated. */
  readonly tables: number;
}

/**
 * Exact multinomial test for small tables: do counts of independent draws follow a known law?
 *
 * Enumerates every table with the same total and adds the probabilities of those at least as extreme as the
 * observed one. Extreme by default means improbable; the statistic is then -2 log(probability of the table).
 * Valid at every n. Without `random` the p-value is the chance of a statistic at least as large, which errs on
 * the safe side since the law is discrete. Statistics that differ by less than 1e-11 of their size count as
 * equal.
 *
 * Source: Cressie & Read, Goodness-of-fit statistics (1988), section 5.1 (exact tests); Cox & Hinkley (1974),
 * section 3.2 (randomisation). Time and tables: C(n + k - 1, k - 1) for n draws in k cells.
 *
 * @param counts how often each outcome was drawn.
 * @param probabilities of the same outcomes, summing to 1 within 1e-9.
 * @param options.minimumExpected @defaultValue 0: nothing is pooled.
 * @throws StatisticsError for lists of different lengths, bad counts, probabilities or options, no draws, or
 *   more tables than the limit.
 */
export function multinomialTest(
  counts: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: MultinomialTestOptions = {},
): MultinomialTest {
  const { minimumExpected = 0, statistic = 'probability', random, tableLimit = 2_000_000 } = options;
  requireOneOf(statistic, 'statistic', ['probability', 'chi-square', 'g']);
  requireInteger(tableLimit, 'tableLimit', 1);
  const tested = testedCells(counts, probabilities, minimumExpected);
  if (tested.impossible.length > 0) {
    return { statistic: Infinity, pValue: 0, larger: 0, atLeast: 0, tables: 0, ...tested };
  }
  requireFewTables(tested.count, tested.cells, tableLimit);
  const tails = multinomialTails(statistic, tested.cells, tested.count);
  return {
    statistic: tails.statistic,
    pValue: randomisedPValue(tails.larger, tails.equal, random),
    larger: tails.larger,
    atLeast: Math.min(1, tails.larger + tails.equal),
    tables: tails.tables,
    ...tested,
  };
}

function requireFewTables(count: number, cells: readonly TestedCell[], tableLimit: number): void {
  const logTables = logBinomialCoefficient(count + cells.length - 1, cells.length - 1);
  if (logTables > Math.log(tableLimit) + 1e-9) {
    throw new StatisticsError(
      `${count} draws in ${cells.length} cells make ${Math.exp(logTables).toPrecision(3)} tables, more than ` +
        `tableLimit, ${tableLimit}; pool more cells, raise the limit, or use monteCarloGoodnessOfFitTest.`,
      { reason: 'too-large', argument: 'counts', value: count },
    );
  }
}
