/**
 * A probability distribution over token ids, dense or sparse.
 *
 * `tokens === undefined` means dense: `probabilities[id]` for every id below the vocabulary size.
 * Otherwise `tokens` holds the support's ids in ascending order and `probabilities[i]` belongs to
 * `tokens[i]`; ids that are not listed have probability 0. A deterministic guess is the sparse
 * distribution with one token of probability 1 (one-hot).
 *
 * Probabilities are float64, non-negative, and sum to 1 up to rounding. Rules never renormalise them.
 */
export interface Distribution {
  readonly tokens: Int32Array | undefined;
  readonly probabilities: Float64Array;
}
