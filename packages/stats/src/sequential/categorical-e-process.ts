import { requireLaw } from '../errors/require-law.js';
import type { EProcess } from './e-process.js';
import { DirichletMixture } from './dirichlet-mixture.js';

/** An e-process of draws from one law. */
export interface CategoricalEProcess extends EProcess {
  /** Takes the next draw. O(1). Throws a StatisticsError for a cell that the target does not list. */
  observe(cell: number): void;
}

/**
 * Tests, draw by draw, that outcomes follow a known law over a finite partition: the likelihood ratio of a mixture
 * of Dirichlet priors against the target.
 *
 * With n draws so far, N(i) of them in cell i, k cells and a prior worth s draws a cell, the prior's next factor is
 * (N(i) + s k target(i) + 1 / k) / (n + s k + 1) / target(i); the evidence is the mean over nine values of s of the
 * products. Krichevsky and Trofimov's mixture is the case of a flat prior; priors centred on the target find small
 * differences over many cells far sooner. A draw that the target gives probability 0 proves a difference: the
 * evidence is infinite from then on.
 * Source: Krichevsky & Trofimov 1981, IEEE Transactions on Information Theory 27, 199-207; as e-process: Ramdas et
 * al. 2023, section 3. Time O(1) a draw, memory O(cells).
 *
 * @param probabilities target probability of each cell, summing to 1; copied.
 * @throws StatisticsError for probabilities that are negative, NaN or do not sum to 1.
 */
export function createCategoricalEProcess(probabilities: ArrayLike<number>): CategoricalEProcess {
  requireLaw(probabilities, 'probabilities');
  return new DirichletMixture(Float64Array.from(probabilities));
}
