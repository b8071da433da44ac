import { requireOpenProbability } from '../errors/require.js';
import { type CountTables, checkTables } from './count-table.js';
import { createDistanceLaw } from './distance-law.js';
import { empiricalDistance, lowerDistance, upperDistance } from './total-variation-bounds.js';

export interface TotalVariationInterval {
  /** Distance of the observed shares from the target: above the true distance on average. */
  readonly estimate: number;
  /** Where above 0, the laws differ, proven at level (1 - confidence) / 2. */
  readonly lower: number;
  /** The laws are equivalent within this distance, proven at level (1 - confidence) / 2. */
  readonly upper: number;
  /** What `estimate` is on average where the laws are equal: its bias there. */
  readonly meanUnderTarget: number;
  /** Chance that the interval covers the true distance, at least, at every number of draws. */
  readonly confidence: number;
  /** Draws in all. */
  readonly count: number;
}

/**
 * Confidence interval of the total variation distance, sum |probability - target| / 2 over the cells, between an
 * unknown law that was drawn from and a known target. Valid at every number of draws and for every law: no
 * normal approximation. The error rate 1 - confidence is split in halves, one for each end.
 *
 * The cells are a partition of the outcomes, and merging outcomes can only bring laws closer: the interval is one of
 * the distance over the partition, and its lower end is also a bound of the full distance, while its upper end
 * says nothing about differences inside a cell.
 *
 * With one table of two cells the ends are Clopper and Pearson's. Otherwise, with T the empirical distance:
 * - T is within `deviationSlack` of its mean (McDiarmid's inequality, sharpened where one cell dominates);
 * - its mean is at most the true distance + the mean under the target, and at least convex functions of
 *   the true distance (see `createDistanceLaw`), which yields an upper end of the order of cells^(1/4) / sqrt(n)
 *   where the laws are equal, against sqrt(cells / n) for bounds on the distance between law and shares
 *   (Weissman et al. 2003; Bretagnolle & Huber, Carol);
 * - half of the lower end's error rate goes to simultaneous Clopper-Pearson limits of all cells, which find
 *   outcomes drawn far too often, such as impossible ones.
 * Time: see createDistanceLaw, and two inverse incomplete beta functions a cell.
 *
 * @param tables counts with target probabilities; several tables give the average over draws.
 * @param options.confidence @defaultValue 0.95.
 * @throws StatisticsError for bad counts or probabilities, no draws, lists of unequal length, or a confidence
 *   outside (0, 1).
 */
export function totalVariationInterval(
  tables: CountTables,
  options: { readonly confidence?: number } = {},
): TotalVariationInterval {
  const { confidence = 0.95 } = options;
  requireOpenProbability(confidence, 'confidence');
  const checked = checkTables(tables);
  const law = createDistanceLaw(checked);
  const alpha = (1 - confidence) / 2;
  return {
    estimate: empiricalDistance(checked),
    lower: lowerDistance(checked, law, alpha),
    upper: upperDistance(checked, law, alpha),
    meanUnderTarget: law.meanUnderTarget,
    confidence,
    count: law.count,
  };
}
