import { NonFiniteLogitsError } from '../errors/non-finite-logits-error.js';

/**
 * The token with the largest logit, ties to the lowest id. O(vocabulary).
 *
 * @throws NonFiniteLogitsError for NaN, +Infinity, or where every logit is -Infinity.
 */
export function largestLogit(logits: Float32Array): number {
  let best = 0;
  let largest = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token] as number;
    // False for a larger one, and for NaN: one comparison for both.
    if (logit <= largest) continue;
    if (logit > largest) {
      largest = logit;
      best = token;
    } else {
      throw notANumber(token);
    }
  }
  assertFinite(largest, best);
  return best;
}

/** @throws NonFiniteLogitsError where the largest logit of a row is infinite. */
export function assertFinite(largest: number, token: number): void {
  if (largest === Number.POSITIVE_INFINITY) {
    throw new NonFiniteLogitsError(
      `The logit of token ${token} is Infinity: the model or its weights are damaged.`,
    );
  }
  if (largest === Number.NEGATIVE_INFINITY) {
    throw new NonFiniteLogitsError('Every token is forbidden: mask and bias leave none with a finite logit.');
  }
}

export function notANumber(token: number): NonFiniteLogitsError {
  return new NonFiniteLogitsError(
    `The logit of token ${token} is NaN: the model or its weights are damaged.`,
  );
}
