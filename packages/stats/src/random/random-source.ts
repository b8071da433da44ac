import { StatisticsError } from '../errors/statistics-error.js';

/**
 * Where a function takes its randomness from: each call gives the next independent uniform number in
 * [0, 1). The caller owns the seed; nothing in this package draws numbers of its own.
 */
export type RandomSource = () => number;

/**
 * An integer drawn uniformly from 0 to count - 1. The bias of scaling a 53-bit uniform is below
 * count / 2^53. O(1).
 *
 * @param count at least 1.
 * @throws StatisticsError where the source leaves [0, 1).
 */
export function drawIndex(random: RandomSource, count: number): number {
  return Math.floor(drawUniform(random) * count);
}

/**
 * The source's next number, checked. O(1).
 *
 * @throws StatisticsError where the source leaves [0, 1).
 */
export function drawUniform(random: RandomSource): number {
  const uniform = random();
  if (!(uniform >= 0 && uniform < 1)) {
    throw new StatisticsError(
      `random() returned ${String(uniform)}; it must return uniform numbers of at least 0 and below 1.`,
      { reason: 'out-of-range', argument: 'random', value: uniform },
    );
  }
  return uniform;
}
