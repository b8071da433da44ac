import type { Distribution } from '../contract/distribution.js';
import type { AllowedTokens } from './sampling-settings.js';

/**
 * Logits to probabilities with one request's settings. The same transformation serves draft and
 * target rows, at every drafted position with that position's own history.
 */
export interface LogitsTransform {
  readonly vocabularySize: number;
  /** True in greedy mode: every distribution is one-hot at the largest logit, ties to the lowest id. */
  readonly greedy: boolean;
  /** The mask among the settings: where it leaves one token, that token has probability 1 whatever the logits. */
  readonly allowedTokens: AllowedTokens | undefined;
  /**
   * @param logits [vocabularySize], not changed. NaN, +Infinity, or nothing but -Infinity throws
   *   NonFiniteLogitsError.
   * @param history every token before this position, prompt and drafted ones included; read only by
   *   penalties and masks.
   * @param slot which of the transform's own row buffers to write to, from 0. The result stays valid
   *   until the same slot is used again; nothing that grows with the vocabulary is allocated after a
   *   slot's first use.
   */
  apply(logits: Float32Array, history: readonly number[], slot: number): Distribution;
  /** The same settings with buffers of its own: one for the target's rows, one for each drafter's. */
  clone(): LogitsTransform;
  /**
   * The same settings with buffers of its own, at temperature 1 where they are greedy: what a draft ranks several
   * guesses for one position by.
   */
  soften(): LogitsTransform;
}
