import { requireOpenProbability, requirePositive } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';
import { chiSquareTestPower } from './chi-square-test-power.js';

/** The power there is alpha in doubles; where the wanted one is too, bisection would end below what the sums can take. */
const leastNoncentrality = 1e-20;

/**
 * Noncentrality at which a chi-square or G test at level alpha has the wanted power: the inverse of chiSquareTestPower, to
 * a relative 1e-12 above 1e-20. Time: about 60 of its evaluations.
 *
 * @param options.degreesOfFreedom above 0.
 * @param options.alpha above 0, below 1.
 * @param options.power above alpha, below 1.
 * @throws StatisticsError where an option is outside its range.
 */
export function requiredNoncentrality(options: {
  readonly degreesOfFreedom: number;
  readonly alpha: number;
  readonly power: number;
}): number {
  const { degreesOfFreedom, alpha, power } = options;
  requirePositive(degreesOfFreedom, 'degreesOfFreedom');
  requireOpenProbability(alpha, 'alpha');
  requireOpenProbability(power, 'power');
  if (power <= alpha) {
    throw new StatisticsError(
      `power is ${power}; it must be above alpha, ${alpha}: a test has that power for free.`,
      {
        reason: 'out-of-range',
        argument: 'power',
        value: power,
      },
    );
  }
  const reaches = (noncentrality: number): boolean =>
    chiSquareTestPower({ degreesOfFreedom, noncentrality, alpha }) >= power;
  let high = 1;
  while (!reaches(high)) high *= 2;
  let low = 0;
  while (high - low > 1e-12 * high && high > leastNoncentrality) {
    const middle = (low + high) / 2;
    if (reaches(middle)) high = middle;
    else low = middle;
  }
  return high;
}
