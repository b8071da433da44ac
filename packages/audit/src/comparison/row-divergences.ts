/** How far two next-token distributions are apart. */
export interface RowDivergences {
  /** Kullback-Leibler divergence of the candidate from the reference, sum r log(r / c), nats, >= 0. */
  readonly kullbackLeibler: number;
  /** Total variation distance, 0 to 1. */
  readonly totalVariation: number;
  /** Jensen-Shannon divergence, nats, 0 to log 2. */
  readonly jensenShannon: number;
  /** The two have the same most probable token, ties to the lowest id. */
  readonly sameTop: boolean;
}

/**
 * Divergences of two rows over the same vocabulary, in float64. O(vocabulary).
 *
 * @param reference natural log-probabilities, [vocabularySize].
 * @param candidate likewise.
 */
export function rowDivergences(reference: Float64Array, candidate: Float64Array): RowDivergences {
  let kullbackLeibler = 0;
  let totalVariation = 0;
  let jensenShannon = 0;
  let referenceTop = 0;
  let candidateTop = 0;
  for (let token = 0; token < reference.length; token++) {
    const referenceLog = reference[token] as number;
    const candidateLog = candidate[token] as number;
    if (referenceLog > (reference[referenceTop] as number)) referenceTop = token;
    if (candidateLog > (candidate[candidateTop] as number)) candidateTop = token;
    const left = Math.exp(referenceLog);
    const right = Math.exp(candidateLog);
    totalVariation += Math.abs(left - right) / 2;
    const middleLog = Math.log((left + right) / 2);
    // A probability of 0 contributes nothing: x log x goes to 0.
    if (left > 0) {
      kullbackLeibler += left * (referenceLog - candidateLog);
      jensenShannon += (left / 2) * (referenceLog - middleLog);
    }
    if (right > 0) jensenShannon += (right / 2) * (candidateLog - middleLog);
  }
  return {
    // Rounding can leave a sum of equal rows below 0.
    kullbackLeibler: Math.max(0, kullbackLeibler),
    totalVariation,
    jensenShannon: Math.max(0, jensenShannon),
    sameTop: referenceTop === candidateTop,
  };
}

/**
 * Natural log-probabilities of a row of logits, written to `output`. O(vocabulary).
 *
 * @param logits float32, [vocabularySize].
 */
export function logProbabilities(logits: Float32Array, output: Float64Array): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < logits.length; token++) largest = Math.max(largest, logits[token] as number);
  let sum = 0;
  for (let token = 0; token < logits.length; token++) sum += Math.exp((logits[token] as number) - largest);
  const shift = largest + Math.log(sum);
  for (let token = 0; token < logits.length; token++) output[token] = (logits[token] as number) - shift;
  return output;
}
