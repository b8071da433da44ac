/** What became of a draft. */
export interface DraftOutcome {
  /**
   * Indices of the accepted nodes from the root down; empty where the first was rejected. Certain tokens count as accepted where
   * they were committed, verified or left out of the pass.
   */
  readonly acceptedPath: readonly number[];
  /** Tokens committed in this round: the accepted ones, then the correction or bonus. */
  readonly committedTokens: readonly number[];
  /** Length of the committed sequence after this round, prompt included. */
  readonly committedLength: number;
  /**
   * Target hidden states of the last committed token before the round and of the accepted nodes that were verified, for a drafter with
   * `needsHiddenStates`.
   */
  readonly hiddenRows: readonly Float32Array[] | undefined;
}
