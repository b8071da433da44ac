import type { EProcess } from './e-process.js';
import { logMean } from './log-mean.js';

/** The bookkeeping of an e-process that is a mixture of others with equal weights. */
export class MixtureEvidence implements EProcess {
  /** Natural logarithm of each component, to be updated in place before `record`. */
  readonly logComponents: Float64Array;
  #count = 0;
  #logMixture = 0;
  #largest = 0;
  #refuted = false;

  constructor(components: number) {
    this.logComponents = new Float64Array(components);
  }

  get count(): number {
    return this.#count;
  }

  /** Logarithm of the components' mean. Finite also where an impossible draw has refuted the hypothesis. */
  get logMixture(): number {
    return this.#logMixture;
  }

  get logEvidence(): number {
    return this.#refuted ? Infinity : this.#logMixture;
  }

  get largestLogEvidence(): number {
    return this.#refuted ? Infinity : this.#largest;
  }

  get pValue(): number {
    return Math.exp(-this.largestLogEvidence);
  }

  /** Counts one draw, after the components were updated for it. O(components). */
  record(possible: boolean): void {
    this.#count++;
    this.#logMixture = logMean(this.logComponents);
    this.#largest = Math.max(this.#largest, this.#logMixture);
    if (!possible) this.#refuted = true;
  }
}
