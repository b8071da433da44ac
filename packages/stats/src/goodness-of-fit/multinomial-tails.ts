import { poissonProbability } from '../distributions/poisson-probability.js';
import { logGammaOnePlus } from '../special/log-gamma-one-plus.js';
import type { TestedCell } from './goodness-of-fit.js';
import {
  compareStatistics,
  type MultinomialStatistic,
  statisticShift,
  statisticTerm,
} from './multinomial-statistic.js';

export interface MultinomialTails {
  readonly statistic: number;
  /** Chance of a larger statistic. */
  readonly larger: number;
  /** Chance of an equal one. */
  readonly equal: number;
  readonly tables: number;
}

/**
 * The law of a statistic over all tables with the observed total, by enumeration cell by cell. The cells are
 * independent Poisson counts given their total, so that the probability and the statistic of a table are both
 * sums of one entry per cell, looked up in tables.
 */
export function multinomialTails(
  statistic: MultinomialStatistic,
  cells: readonly TestedCell[],
  count: number,
): MultinomialTails {
  // [cell][count in it]
  const terms = cells.map(({ expected }) =>
    Float64Array.from({ length: count + 1 }, (_, observed) => statisticTerm(statistic, observed, expected)),
  );
  const logChances = cells.map(({ expected }) =>
    Float64Array.from(
      { length: count + 1 },
      (_, observed) => observed * Math.log(expected) - expected - logGammaOnePlus(observed),
    ),
  );
  // What every table of this total shares: the chance of the total itself.
  const logTotal = Math.log(poissonProbability(count, count));
  const observedStatistic = cells.reduce(
    (sum, { observed }, cell) => sum + (terms[cell]?.[observed] as number),
    0,
  );
  let larger = 0;
  let equal = 0;
  let tables = 0;
  const last = cells.length - 1;
  const visit = (cell: number, left: number, sum: number, logChance: number): void => {
    const cellTerms = terms[cell] as Float64Array;
    const cellChances = logChances[cell] as Float64Array;
    for (let observed = cell === last ? left : 0; observed <= left; observed++) {
      const newSum = sum + (cellTerms[observed] as number);
      const newChance = logChance + (cellChances[observed] as number);
      if (cell < last) {
        visit(cell + 1, left - observed, newSum, newChance);
        continue;
      }
      tables += 1;
      const comparison = compareStatistics(newSum, observedStatistic);
      if (comparison > 0) larger += Math.exp(newChance);
      else if (comparison === 0) equal += Math.exp(newChance);
    }
  };
  visit(0, count, 0, -logTotal);
  return { statistic: observedStatistic + statisticShift(statistic, count), larger, equal, tables };
}
