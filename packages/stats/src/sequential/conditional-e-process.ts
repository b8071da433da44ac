import { requireInteger } from '../errors/require.js';
import { requireLaw } from '../errors/require-law.js';
import { StatisticsError } from '../errors/statistics-error.js';
import type { EProcess } from './e-process.js';
import { MixtureEvidence } from './evidence.js';
import { evenPseudoDraws, priorStrengths } from './prior-strengths.js';
import { requireCell } from './require-cell.js';

/** An e-process of draws that each have a known law of their own. */
export interface ConditionalEProcess extends EProcess {
  /**
   * Takes the next draw. O(classes).
   *
   * @param drawn number of the class that the outcome fell into.
   * @param probabilities of all classes for this draw, given everything before it; they sum to 1.
   * @throws StatisticsError for bad probabilities, another number of classes, or a class not listed.
   */
  observe(drawn: number, probabilities: ArrayLike<number>): void;
}

/**
 * Tests, draw by draw, that every outcome follows a known law of its own, such as the next token's after a prefix that
 * differs each time. Outcomes are sorted into classes with a meaning across draws ("the most likely token", "the
 * drafted token", "outside the top 40"); a class that is drawn more often than its probabilities add up to is
 * evidence.
 *
 * The next draw is bet on by tilting its own law: class c gets the weight w(c) = (N(c) + s C r(c) + 1 / C) /
 * (M(c) + (s C + 1) r(c)), with N draws so far, M their summed probabilities, C classes and r the mean probability
 * including the next draw's; the factor is w(drawn) / sum of probability x w. All of it is known before the draw, so
 * each factor has expectation 1 under the hypothesis. The evidence is the mean over nine strengths s of the products.
 * Where all laws are equal this is `createCategoricalEProcess`. A bias that no class shows is not seen: see also
 * `createUniformEProcess`.
 * Source: testing by betting, Shafer 2021, Journal of the Royal Statistical Society A 184, 407-431; plug-in bets:
 * Ramdas et al. 2023, section 3. Time O(classes) a draw.
 *
 * @param classes C, at least 2.
 * @throws StatisticsError for a number of classes below 2.
 */
export function createConditionalEProcess(classes: number): ConditionalEProcess {
  requireInteger(classes, 'classes', 2);
  return new TiltingMixture(classes);
}

class TiltingMixture extends MixtureEvidence implements ConditionalEProcess {
  readonly #drawn: Float64Array;
  readonly #expected: Float64Array;

  constructor(classes: number) {
    super(priorStrengths.length);
    this.#drawn = new Float64Array(classes);
    this.#expected = new Float64Array(classes);
  }

  observe(drawn: number, probabilities: ArrayLike<number>): void {
    const classes = this.#drawn.length;
    if (probabilities.length !== classes) {
      throw new StatisticsError(
        `probabilities has ${probabilities.length} classes; this process was made for ${classes}.`,
        { reason: 'mismatch', argument: 'probabilities', value: probabilities.length },
      );
    }
    requireLaw(probabilities, 'probabilities');
    requireCell(drawn, classes, 'drawn');
    for (let index = 0; index < classes; index++) {
      this.#expected[index] = (this.#expected[index] as number) + (probabilities[index] as number);
    }
    const possible = (probabilities[drawn] as number) > 0;
    for (let index = 0; possible && index < priorStrengths.length; index++) {
      const mass = (priorStrengths[index] as number) * classes;
      this.logComponents[index] =
        (this.logComponents[index] as number) + Math.log(this.#factor(mass, drawn, probabilities));
    }
    this.#drawn[drawn] = (this.#drawn[drawn] as number) + 1;
    this.record(possible);
  }

  /** w(drawn) / sum of probability x w, for a prior worth `mass` draws. #expected holds the new draw already. */
  #factor(mass: number, drawn: number, probabilities: ArrayLike<number>): number {
    const classes = this.#drawn.length;
    let normaliser = 0;
    let drawnWeight = 0;
    for (let index = 0; index < classes; index++) {
      const probability = probabilities[index] as number;
      if (probability === 0) continue;
      const expected = this.#expected[index] as number;
      const share = expected / (this.count + 1);
      const weight =
        ((this.#drawn[index] as number) + mass * share + evenPseudoDraws / classes) /
        (expected - probability + (mass + evenPseudoDraws) * share);
      normaliser += probability * weight;
      if (index === drawn) drawnWeight = weight;
    }
    return drawnWeight / normaliser;
  }
}
