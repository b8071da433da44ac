/** What a random number is for; a part of its counter, so that no two uses share a draw. */
export type RandomPurpose = 'draft' | 'accept' | 'residual' | 'sample';

/**
 * Counter-based randomness: the same arguments give the same number, whatever was asked before.
 * Uniforms are float64 multiples of 2^-53 in [0, 1).
 */
export interface KeyedRandom {
  /**
   * @param stage the drafter's stage in a staged draft, 0 for the outermost.
   * @param node the node of the draft, -1 for the root.
   * @param index tells apart several draws of the same kind at the same node.
   */
  uniform(purpose: RandomPurpose, stage: number, node: number, index: number): number;
}
