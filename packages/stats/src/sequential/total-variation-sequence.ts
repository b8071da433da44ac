import { createDistanceLaw } from '../equivalence/distance-law.js';
import { minorityMass } from '../equivalence/minority-mass.js';
import { lowerDistance, upperDistance } from '../equivalence/total-variation-bounds.js';
import { requireOpenProbability } from '../errors/require.js';
import { requireLaw } from '../errors/require-law.js';
import { StatisticsError } from '../errors/statistics-error.js';
import { alphaOfLook } from './alpha-of-look.js';
import { DirichletMixture } from './dirichlet-mixture.js';
import type { EProcess } from './e-process.js';
import { likelihoodDistance } from './likelihood-distance.js';
import { timeUniformSlack } from './time-uniform-slack.js';

/** A confidence sequence of a total variation distance. */
export interface TotalVariationSequence {
  /** Takes the next draw. O(1), but for the looks. Throws a StatisticsError for a cell that is not listed. */
  observe(cell: number): void;
  /** The interval now. O(cells log cells). Throws a StatisticsError before the first draw. */
  interval(): SequentialInterval;
  /** Evidence against equal laws: `lower` is above 0 once it exceeds log(4 / (1 - confidence)). */
  readonly evidence: EProcess;
}

export interface SequentialInterval {
  /** Distance of the observed shares from the target: above the true distance on average. */
  readonly estimate: number;
  /** Where above 0, the laws differ. Never falls. */
  readonly lower: number;
  /** The laws are equivalent within this distance. Never rises. */
  readonly upper: number;
  /**
   * False where lower > upper, which draws from one law do with probability 1 - confidence at most: the law
   * changed on the way, or the draws depend on each other.
   */
  readonly consistent: boolean;
  /** Draws so far. */
  readonly count: number;
}

const firstLook = 100;
const lookRatio = 1.5;

/**
 * Confidence sequence of the total variation distance between the law that is drawn from and a known target over a
 * finite partition: with probability `confidence` at least, every interval it ever gives covers the true distance.
 * So a user may watch it and stop when it is narrow enough or excludes 0. It assumes independent draws from one law.
 *
 * The error rate is split in quarters. After every draw, the lower end is the least distance among the laws whose
 * likelihood is within log(4 / (1 - confidence)) of the Dirichlet mixture's of `createCategoricalEProcess` (Ville's
 * inequality, for every law at once), and the upper end is estimate + `timeUniformSlack`: the set of cells that attains
 * the distance is fixed, and its share cannot exceed the estimate. At looks after 100, 150, 225, ... draws, both ends
 * of `totalVariationInterval` are taken too, look j at 1 / (j (j + 1)) of a quarter each: narrower where there
 * are many cells. Ends found earlier are kept.
 * Source: Ramdas et al. 2023 (see EProcess); Howard et al. 2021; coarsening as in totalVariationInterval.
 * Time O(1) a draw and O(cells log cells) an interval; a look costs one totalVariationInterval.
 *
 * @param probabilities target probability of each cell, summing to 1; copied.
 * @param options.confidence @defaultValue 0.95.
 * @throws StatisticsError for bad probabilities or a confidence outside (0, 1).
 */
export function createTotalVariationSequence(
  probabilities: ArrayLike<number>,
  options: { readonly confidence?: number } = {},
): TotalVariationSequence {
  const { confidence = 0.95 } = options;
  requireOpenProbability(confidence, 'confidence');
  requireLaw(probabilities, 'probabilities');
  const targets = Float64Array.from(probabilities);
  const mixture = new DirichletMixture(targets);
  const alpha = 1 - confidence;
  const minority = minorityMass(targets);
  let lower = 0;
  let upper = 1;
  let looks = 0;
  let nextLook = firstLook;

  function look(): void {
    looks++;
    nextLook = Math.ceil(nextLook * lookRatio);
    const table = { counts: mixture.counts, probabilities: targets, count: mixture.count, weight: 1 };
    const law = createDistanceLaw([table]);
    const level = alphaOfLook(alpha / 4, looks);
    upper = Math.min(upper, upperDistance([table], law, level));
    lower = Math.max(lower, lowerDistance([table], law, level));
  }

  return {
    evidence: mixture,
    observe(cell) {
      mixture.observe(cell);
      if (mixture.count >= nextLook) look();
    },
    interval() {
      const { count, counts } = mixture;
      if (count === 0) {
        throw new StatisticsError('No draw was observed yet; observe one before asking for an interval.', {
          reason: 'empty',
          argument: 'cell',
        });
      }
      const estimate = counts.reduce(
        (sum, hits, cell) => sum + Math.abs(hits / count - (targets[cell] as number)) / 2,
        0,
      );
      // The slack grows with the true distance; every pass is a bound, as in totalVariationInterval.
      for (let pass = 0; pass < 20; pass++) {
        const slack = timeUniformSlack(count, Math.min(0.5, minority + upper), alpha / 4);
        if (estimate + slack > upper * (1 - 1e-6)) break;
        upper = estimate + slack;
      }
      const threshold = mixture.logMixture + Math.log(alpha / 4);
      lower = Math.max(lower, likelihoodDistance(counts, targets, threshold));
      return { estimate, lower, upper, consistent: lower <= upper, count };
    },
  };
}
