import { StatisticsError } from './statistics-error.js';

/** How far the sum of probabilities may lie from 1: rounding in float64, not a softmax in float32. */
export const normalisationTolerance = 1e-9;

/** Probabilities of all outcomes: at least one, each 0 to 1, summing to 1 up to 1e-9. O(n). */
export function requireLaw(probabilities: ArrayLike<number>, argument: string): void {
  if (probabilities.length === 0) {
    throw new StatisticsError(`${argument} is empty; give the probability of at least one outcome.`, {
      reason: 'empty',
      argument,
    });
  }
  let sum = 0;
  for (let index = 0; index < probabilities.length; index++) {
    const probability = probabilities[index] as number;
    if (!(probability >= 0 && probability <= 1 + normalisationTolerance)) {
      throw new StatisticsError(
        `${argument}[${index}] is ${String(probability)}; it must be a probability, 0 to 1.`,
        { reason: 'invalid-probability', argument, value: probability, index },
      );
    }
    sum += probability;
  }
  if (Math.abs(sum - 1) > normalisationTolerance) {
    throw new StatisticsError(
      `${argument} sums to ${sum}; it must sum to 1 within ${normalisationTolerance}: normalise it in float64.`,
      { reason: 'not-normalised', argument, value: sum },
    );
  }
}
