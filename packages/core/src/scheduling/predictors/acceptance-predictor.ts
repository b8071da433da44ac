/** What became of a draft that was a chain. */
export interface VerifiedChain {
  readonly draftedCount: number;
  readonly acceptedCount: number;
  /** Probability that the drafter gave each drafted token, from the first on; shorter, or empty, where it did not tell. */
  readonly confidences: readonly number[];
}

/**
 * Predicts, as a branch predictor does, whether a drafted token will be accepted, given that those before it in the
 * draft are. What it learns from are verified tokens; those after the first rejection are censored, not failures.
 */
export interface AcceptancePredictor {
  readonly name: string;
  /** Another text begins, or the same one after a long pause: what the last drafts gave says less of the next. */
  readonly beginText?: (() => void) | undefined;
  /**
   * Chance that the token at `position` (0 = first) of the next draft is accepted, given that those before it are;
   * above 0 and below 1.
   *
   * @param confidence probability that the drafter gave the token, 0 to 1; undefined before it is drafted.
   */
  predict(position: number, confidence?: number): number;
  /** One round that drafted something. */
  update(chain: VerifiedChain): void;
}

/** Tokens of the chain that were verified: the accepted ones, and the rejected one if there is one. */
export function verifiedCount({ draftedCount, acceptedCount }: VerifiedChain): number {
  return Math.min(draftedCount, acceptedCount + 1);
}
