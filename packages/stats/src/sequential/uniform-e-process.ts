import { StatisticsError } from '../errors/statistics-error.js';
import { DirichletMixture } from './dirichlet-mixture.js';
import type { EProcess } from './e-process.js';
import { MixtureEvidence } from './evidence.js';

/** An e-process of numbers that should be uniform. */
export interface UniformEProcess extends EProcess {
  /** Takes the next number, at least 0 and below 1. O(1). Throws a StatisticsError for any other. */
  observe(uniform: number): void;
}

/** Numbers of equal bins at which uniformity is bet against. */
const resolutions = [2, 4, 8, 16, 32, 64] as const;

/**
 * Tests, number by number, that independent numbers are uniform on [0, 1): the mean of the categorical e-processes
 * of six histograms, of 2 to 64 equal bins. Fed with `randomisedPit` it tests draws that each have a known law of
 * their own, without classes: what a bug does to all draws alike shows as a shape.
 * Source: Shafer 2021 (betting against a forecaster); see createCategoricalEProcess. Time O(1) a number.
 */
export function createUniformEProcess(): UniformEProcess {
  return new HistogramMixture();
}

class HistogramMixture extends MixtureEvidence implements UniformEProcess {
  readonly #histograms = resolutions.map(
    (bins) => new DirichletMixture(new Float64Array(bins).fill(1 / bins)),
  );

  constructor() {
    super(resolutions.length);
  }

  observe(uniform: number): void {
    if (!(uniform >= 0 && uniform < 1)) {
      throw new StatisticsError(`uniform is ${String(uniform)}; it must be at least 0 and below 1.`, {
        reason: 'out-of-range',
        argument: 'uniform',
        value: uniform,
      });
    }
    for (let index = 0; index < this.#histograms.length; index++) {
      const histogram = this.#histograms[index] as DirichletMixture;
      histogram.observe(Math.floor(uniform * histogram.counts.length));
      this.logComponents[index] = histogram.logEvidence;
    }
    this.record(true);
  }
}
