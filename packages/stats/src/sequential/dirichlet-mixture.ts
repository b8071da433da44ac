import { MixtureEvidence } from './evidence.js';
import { evenPseudoDraws, priorStrengths } from './prior-strengths.js';
import { requireCell } from './require-cell.js';

/**
 * See createCategoricalEProcess. `logMixture` is the logarithm of the mixture's likelihood over the target's, where a
 * draw of a cell with target 0 counts as if its target were 1: what a confidence sequence needs.
 */
export class DirichletMixture extends MixtureEvidence {
  /** Draws so far of each cell. */
  readonly counts: Float64Array;
  readonly #probabilities: Float64Array;

  constructor(probabilities: Float64Array) {
    super(priorStrengths.length);
    this.#probabilities = probabilities;
    this.counts = new Float64Array(probabilities.length);
  }

  observe(cell: number): void {
    const cells = this.counts.length;
    requireCell(cell, cells);
    const target = this.#probabilities[cell] as number;
    const hits = this.counts[cell] as number;
    const base = target > 0 ? target : 1;
    const { count, logComponents } = this;
    for (let index = 0; index < priorStrengths.length; index++) {
      const mass = (priorStrengths[index] as number) * cells;
      const predicted = (hits + mass * target + evenPseudoDraws / cells) / (count + mass + evenPseudoDraws);
      logComponents[index] = (logComponents[index] as number) + Math.log(predicted / base);
    }
    this.counts[cell] = hits + 1;
    this.record(target > 0);
  }
}
