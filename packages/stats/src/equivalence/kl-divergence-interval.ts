import { requireOpenProbability } from '../errors/require.js';
import { type CountTables, checkTables } from './count-table.js';
import { createDistanceLaw } from './distance-law.js';
import { empiricalDivergence, lowerDivergence, upperDivergence } from './kl-bounds.js';

export interface KlDivergenceInterval {
  /** Divergence of the observed shares from the target: above the true one on average. Nats. */
  readonly estimate: number;
  /** Nats. Where above 0, the laws differ, proven at level (1 - confidence) / 2. */
  readonly lower: number;
  /** Nats. Infinity where a cell has a target of 0: no number of draws excludes it. */
  readonly upper: number;
  /** Chance that the interval covers the true divergence, at least, at every number of draws. */
  readonly confidence: number;
  /** Draws in all. */
  readonly count: number;
}

/**
 * Confidence interval of the Kullback-Leibler divergence KL(law || target) = sum probability log(probability /
 * target) over the cells, between an unknown law that was drawn from and a known target. Valid at every number
 * of draws and for every law. The error rate 1 - confidence is split in halves, one for each end.
 *
 * Upper end: with simultaneous Clopper-Pearson limits of all cells and the upper bound of the total variation, the
 * most divergence that the two allow (the share of a cell lies below its chord between target and limit; the dearest
 * cells first). Lower end: the larger of Pinsker's 2 TV^2 and what the cells' limits enforce.
 * Merging outcomes can only lower a divergence: over a partition it is a lower bound of the full one.
 * Source: Pinsker's inequality and the log-sum inequality, Cover & Thomas 2006, sections 11.6 and 2.7.
 * Time: that of totalVariationInterval, and O(cells log cells).
 *
 * @param tables counts with target probabilities; several tables give the average over draws. Cells with a
 *   target of 0 make the upper end infinite: merge them into another cell if that is not meant.
 * @param options.confidence @defaultValue 0.95.
 * @throws StatisticsError as totalVariationInterval does.
 */
export function klDivergenceInterval(
  tables: CountTables,
  options: { readonly confidence?: number } = {},
): KlDivergenceInterval {
  const { confidence = 0.95 } = options;
  requireOpenProbability(confidence, 'confidence');
  const checked = checkTables(tables);
  const law = createDistanceLaw(checked);
  const alpha = (1 - confidence) / 2;
  return {
    estimate: empiricalDivergence(checked),
    lower: lowerDivergence(checked, law, alpha),
    upper: upperDivergence(checked, law, alpha),
    confidence,
    count: law.count,
  };
}
