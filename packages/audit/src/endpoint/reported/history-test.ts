import { chiSquareSurvival, chiSquareTest, type CountTable, totalVariationInterval } from '@foretoken/stats';
import type { HistoryTable } from './history-counts.js';

/** The next token after each history, token by token: the finest partition, as far as there are draws for it. */
export interface HistoryResult {
  /** From 1. */
  readonly position: number;
  /** Histories after which at least two cells expect enough draws, and their draws. */
  readonly tables: number;
  readonly cells: number;
  readonly draws: number;
  /** Draws after histories that are too rare for a table. */
  readonly outside: number;
  /** Sum of the tables' chi-square statistics; Infinity where a token came out that the law rules out. */
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  /** Holds only at a number of draws fixed beforehand. */
  readonly pValue: number;
  /** Average total variation distance over the tables' draws; undefined without a table. */
  readonly distance:
    | { readonly estimate: number; readonly lower: number; readonly upper: number }
    | undefined;
}

/**
 * Chi-square's tail is too heavy far out where cells expect little (see chiSquareTest); summed over many cells that
 * expect twenty it is near enough for p-values of 1e-6.
 */
const minimumExpected = 20;

/**
 * Chi-square over all histories of one position: given how often each history came, its table is independent of the
 * others, and the statistics and degrees of freedom add up.
 *
 * @param confidence of the distance.
 */
export function testHistories(
  position: number,
  tables: readonly HistoryTable[],
  confidence: number,
): HistoryResult {
  const pooled: CountTable[] = [];
  let statistic = 0;
  let degreesOfFreedom = 0;
  let cells = 0;
  let draws = 0;
  let outside = 0;
  for (const { law, counts, draws: own } of tables) {
    const probabilities = [...law.tokens.map(({ probability }) => probability), law.unreported];
    const test = chiSquareTest(counts, normalised(probabilities), { minimumExpected });
    if (test.impossible.length > 0) statistic = Number.POSITIVE_INFINITY;
    if (test.degreesOfFreedom === 0) {
      outside += own;
      continue;
    }
    statistic += test.statistic;
    degreesOfFreedom += test.degreesOfFreedom;
    cells += test.cells.length;
    draws += own;
    const seen = test.cells.reduce((sum, { observed }) => sum + observed, 0);
    if (seen === 0) continue;
    const expected = test.cells.reduce((sum, cell) => sum + cell.expected, 0);
    pooled.push({
      counts: test.cells.map(({ observed }) => observed),
      probabilities: normalised(test.cells.map((cell) => cell.expected / expected)),
    });
  }
  return {
    position,
    tables: pooled.length,
    cells,
    draws,
    outside,
    statistic,
    degreesOfFreedom,
    pValue: pValueOf(statistic, degreesOfFreedom),
    distance: pooled.length === 0 ? undefined : totalVariationInterval(pooled, { confidence }),
  };
}

function pValueOf(statistic: number, degreesOfFreedom: number): number {
  if (statistic === Number.POSITIVE_INFINITY) return 0;
  return degreesOfFreedom === 0 ? 1 : chiSquareSurvival(statistic, degreesOfFreedom);
}

function normalised(probabilities: readonly number[]): number[] {
  const sum = probabilities.reduce((total, probability) => total + probability, 0);
  return probabilities.map((probability) => probability / sum);
}
