import type { Distribution } from '../contract/distribution.js';
import type { LogitsTransform } from '../sampling/logits-transform.js';

/** How a draft model's tokens become the target's, and back. */
export interface DraftVocabulary {
  /** The committed text in the draft model's tokens; empty where it cannot be continued in them. */
  contextTokens(tokens: readonly number[]): readonly number[];
  /**
   * The law over the target's tokens that a row of the draft model's logits stands for; undefined where no token is
   * left in it.
   *
   * @param transform the drafter's own copy of the request's transformation, in the target's tokens.
   * @param history the target's tokens before the position.
   * @param slot the transform's row to write to.
   */
  distribution(
    transform: LogitsTransform,
    logits: Float32Array,
    history: readonly number[],
    slot: number,
  ): Distribution | undefined;
  /** The draft model's token for one of the target's that such a law gave. */
  draftToken(token: number): number;
}

/** Draft and target have the same tokens with the same ids. */
export const sameVocabulary: DraftVocabulary = {
  contextTokens: (tokens) => tokens,
  distribution: (transform, logits, history, slot) => transform.apply(logits, history, slot),
  draftToken: (token) => token,
};
