import { log1pMinus } from './log1p-minus.js';
import { logGammaIncrement } from './log-gamma-increment.js';
import { logGammaOnePlus } from './log-gamma-one-plus.js';
import { stirlingError } from './stirling-error.js';
import type { Tails } from './tails.js';
import { productError, sumError } from './two-product.js';

// A last factor of 1 to the bit: many factors of 1 + 2e-16 would add up.
const convergence = 1.2e-16;
const mostTerms = 1e8;

/**
 * Both tails of the beta law with shapes a and b at x, where y = 1 - x is given too: only the smaller of the
 * two is read, so that a point close to 1 keeps the digits of its distance.
 *
 * A power series where one of x, y is small against the shapes, otherwise Didonato and Morris's continued
 * fraction (TOMS 708, 1992, equation 9), whose number of terms grows like the square root of the shapes.
 */
export function betaTails(a: number, b: number, x: number, y: number): Tails {
  if (x === 0) return { lower: 0, upper: 1, density: 0 };
  if (y === 0) return { lower: 1, upper: 0, density: 0 };
  const distance = distanceToMean(a, b, x, y);
  const density = betaLogitDensity(a, b, x, y, distance);
  const lowerSeries = hasSeries(b, x);
  const upperSeries = hasSeries(a, y);
  if (lowerSeries && (distance >= 0 || !upperSeries)) return seriesTails(a, b, x, density);
  if (upperSeries) return mirrored(seriesTails(b, a, y, density));
  if (distance >= 0) {
    const lower = density * continuedFraction(a, b, x, y, distance);
    return { lower, upper: 1 - lower, density };
  }
  const upper = density * continuedFraction(b, a, y, x, -distance);
  return { lower: 1 - upper, upper, density };
}

/** Whether the power series of the tail at `x` converges fast and without cancellation. */
function hasSeries(otherShape: number, x: number): boolean {
  return x <= 0.7 && otherShape * x <= 0.7;
}

function mirrored(tails: Tails): Tails {
  return { lower: tails.upper, upper: tails.lower, density: tails.density };
}

/**
 * a - (a + b) x, positive below the mean, to full relative accuracy: near the mean its rounding would spoil
 * the far tails.
 */
function distanceToMean(a: number, b: number, x: number, y: number): number {
  if (x > y) return -distanceToMean(b, a, y, x);
  const sum = a + b;
  const product = sum * x;
  const lost = productError(sum, x, product) + sumError(a, b, sum) * x;
  return a - product - lost;
}

/**
 * x^a y^b / B(a, b), the density of log(X / (1 - X)), in Loader's saddle-point form; x and y above 0.
 *
 * @param distance a - (a + b) x, where the caller knows it better than from x and y.
 */
export function betaLogitDensity(
  a: number,
  b: number,
  x: number,
  y: number,
  distance: number = distanceToMean(a, b, x, y),
): number {
  const sum = a + b;
  const exponent =
    a * log1pMinus(-distance / a, (x / a) * sum) +
    b * log1pMinus(distance / b, (y / b) * sum) +
    (stirlingError(sum) - stirlingError(a) - stirlingError(b));
  return Math.sqrt((a / sum) * (b / (2 * Math.PI))) * Math.exp(exponent);
}

/** I_x(a, b) = x^a / (a B(a, b)) (1 + a sum (1 - b)(2 - b)...(n - b) x^n / (n! (a + n))): DLMF 8.17.7. */
function seriesTails(a: number, b: number, x: number, density: number): Tails {
  let sum = 0;
  let power = 1;
  for (let n = 1; ; n++) {
    power *= ((n - b) / n) * x;
    const next = sum + power / (a + n);
    if (next === sum) break;
    sum = next;
  }
  if (a < 1) {
    const logLower = a * Math.log(x) + logGammaIncrement(b, a) - logGammaOnePlus(a) + Math.log1p(a * sum);
    return { lower: Math.exp(logLower), upper: -Math.expm1(logLower), density };
  }
  const lower = (density / a) * Math.exp(-b * Math.log1p(-x)) * (1 + a * sum);
  return { lower, upper: 1 - lower, density };
}

/** I_x(a, b) / (x^a y^b / B(a, b)) for x below the mean, by the modified Lentz method. */
function continuedFraction(a: number, b: number, x: number, y: number, distance: number): number {
  const tiny = 1e-300;
  let denominator = ((distance + 1) / (a + 1)) * a;
  let c = 1 / tiny;
  let d = 1 / denominator;
  let value = d;
  for (let n = 1; n < mostTerms; n++) {
    const step = a + 2 * n;
    const numerator = ((a + n - 1) / (step - 1)) * ((a + b + n - 1) / (step - 1)) * n * (b - n) * x * x;
    denominator = n + (n * (b - n) * x) / (step - 1) + ((a + n) / (step + 1)) * (distance + 1 + n * (1 + y));
    d = numerator * d + denominator;
    if (d === 0) d = tiny;
    d = 1 / d;
    c = denominator + numerator / c;
    if (c === 0) c = tiny;
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) < convergence) break;
  }
  return value;
}
