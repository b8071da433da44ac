import { requireInteger, requireNonNegative } from '../errors/require.js';
import type { RatioInterval } from './ratio-interval.js';

/**
 * A ratio as benchmarks print it: "1.31x [1.27, 1.36]". The bounds are rounded outwards, so the printed
 * interval never claims more than the computed one. O(1).
 *
 * @param digits decimals, 0 to 15, @defaultValue 2.
 * @throws StatisticsError for a negative or NaN ratio or bound, or digits that are not an integer.
 */
export function formatRatio(ratio: Omit<RatioInterval, 'confidence'>, digits = 2): string {
  requireInteger(digits, 'digits', 0);
  requireNonNegative(ratio.estimate, 'estimate');
  requireNonNegative(ratio.lower, 'lower');
  requireNonNegative(ratio.upper, 'upper');
  const estimate = ratio.estimate.toFixed(digits);
  return `${estimate}x [${outwards(ratio.lower, digits, Math.floor)}, ${outwards(ratio.upper, digits, Math.ceil)}]`;
}

function outwards(bound: number, digits: number, round: (value: number) => number): string {
  if (bound === Infinity) return '∞';
  const scale = 10 ** digits;
  // A bound that prints exactly at this many digits stays: 1.1 x 100 is 110.00000000000001 in doubles.
  const nearest = Number(bound.toFixed(digits));
  if (Math.abs(nearest - bound) <= 4 * Number.EPSILON * bound) return nearest.toFixed(digits);
  return (round(bound * scale) / scale).toFixed(digits);
}
