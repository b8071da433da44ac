import type { Distribution } from './distribution.js';

/**
 * The randomness a verification rule may use. An interface, so that an enumeration can drive the
 * shipped rule through every branch instead of a copy of it.
 *
 * `node` says which node of the draft a question is about (-1 = the root); position-keyed
 * implementations need it, round-keyed ones may ignore it.
 */
export interface VerificationRandom {
  /** True with the given probability. Values outside [0, 1] count as the nearer end. */
  accept(probability: number, node: number): boolean;
  /**
   * A token id drawn in proportion to non-negative weights that need not sum to 1 but must have a
   * positive sum. `node` is the node whose child is drawn.
   */
  draw(weights: Distribution, node: number): number;
}
