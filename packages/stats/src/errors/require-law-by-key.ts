import { normalisationTolerance } from './require-law.js';
import { StatisticsError } from './statistics-error.js';

/**
 * Probabilities by key: at least one, each 0 to 1, summing to 1 up to 1e-9, or to at most that where the law may be
 * partial. O(n). Returns what is left of 1; 0 where that is rounding.
 */
export function requireLawByKey(
  law: ReadonlyMap<string, number>,
  argument: string,
  partial: boolean,
): number {
  if (law.size === 0) {
    throw new StatisticsError(`${argument} is empty; give the probability of at least one key.`, {
      reason: 'empty',
      argument,
    });
  }
  let sum = 0;
  for (const [key, probability] of law) {
    if (!(probability >= 0 && probability <= 1 + normalisationTolerance)) {
      throw new StatisticsError(
        `${argument}[${JSON.stringify(key)}] is ${String(probability)}; it must be a probability, 0 to 1.`,
        { reason: 'invalid-probability', argument, value: probability, index: key },
      );
    }
    sum += probability;
  }
  const rest = 1 - sum;
  if (rest < -normalisationTolerance || (!partial && rest > normalisationTolerance)) {
    throw new StatisticsError(
      `${argument} sums to ${sum}; it must sum to ${partial ? 'at most ' : ''}1 within ${normalisationTolerance}: ` +
        'normalise it in float64.',
      { reason: 'not-normalised', argument, value: sum },
    );
  }
  return rest > normalisationTolerance ? rest : 0;
}
