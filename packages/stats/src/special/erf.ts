import { requireNumber } from '../errors/require.js';
import { erfc } from './erfc.js';

const twoOverRootPi = 1.1283791670955126;

/**
 * Error function, 2/√π times the integral of exp(-t²) from 0 to x. Relative error below 1e-15 or so. Constant
 * time.
 *
 * Source: Abramowitz & Stegun 7.1.5 (Maclaurin series) for |x| < 0.7, else 1 - erfc(x), which is then below
 * a third.
 *
 * @param x any number but NaN.
 * @throws StatisticsError where x is NaN.
 */
export function erf(x: number): number {
  requireNumber(x, 'x');
  if (Math.abs(x) >= 0.7) return x > 0 ? 1 - erfc(x) : erfc(-x) - 1;
  const square = x * x;
  let sum = 1;
  let power = 1;
  for (let n = 1; ; n++) {
    power *= -square / n;
    const next = sum + power / (2 * n + 1);
    if (next === sum) return twoOverRootPi * x * sum;
    sum = next;
  }
}
