import { log1pMinus } from './log1p-minus.js';
import { logGammaOnePlus } from './log-gamma-one-plus.js';
import { stirlingError } from './stirling-error.js';
import type { Tails } from './tails.js';

// A last factor of 1 to the bit: many factors of 1 + 2e-16 would add up.
const convergence = 1.2e-16;
const mostTerms = 1e8;

/**
 * Both tails of the gamma law with unit scale, for shape > 0 and x >= 0 (both finite).
 *
 * The factor in front is Loader's saddle-point form, whose relative error stays near 1e-13 even where the
 * result is 1e-300. Behind it, a series of positive terms below the mean and Legendre's continued fraction
 * above it; the number of their terms grows like the square root of the shape.
 */
export function gammaTails(shape: number, x: number): Tails {
  if (x === 0) return { lower: 0, upper: 1, density: 0 };
  const density = gammaLogDensity(shape, x);
  if (shape < 1 && x < 1.1) return smallShape(shape, x, density);
  if (x < shape + 1) {
    const lower = (density / shape) * lowerSeries(shape, x);
    return { lower, upper: 1 - lower, density };
  }
  const upper = density * upperFraction(shape, x);
  return { lower: 1 - upper, upper, density };
}

/** x^shape e^-x / Γ(shape): the density of log X; x > 0. */
export function gammaLogDensity(shape: number, x: number): number {
  if (shape < 1) return shape * Math.exp(shape * Math.log(x) - x - logGammaOnePlus(shape));
  const exponent = shape * log1pMinus((x - shape) / shape, x / shape) - stirlingError(shape);
  return Math.sqrt(shape / (2 * Math.PI)) * Math.exp(exponent);
}

/** 1 + x / (a + 1) + x² / ((a + 1)(a + 2)) + ...: DLMF 8.11.4. */
function lowerSeries(shape: number, x: number): number {
  let sum = 1;
  let term = 1;
  for (let divisor = shape + 1; ; divisor++) {
    term *= x / divisor;
    const next = sum + term;
    if (next === sum) return sum;
    sum = next;
  }
}

/**
 * 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)): DLMF 8.9.2, by Lentz's method. For x >= a + 1 the nth c and 1 / d are
 * at least n + 1, by induction: nothing guards against 0.
 */
function upperFraction(shape: number, x: number): number {
  let denominator = x - shape + 1;
  let c = Infinity;
  let d = 1 / denominator;
  let value = d;
  for (let n = 1; n < mostTerms; n++) {
    const numerator = n * (shape - n);
    denominator += 2;
    d = 1 / (numerator * d + denominator);
    c = denominator + numerator / c;
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) < convergence) break;
  }
  return value;
}

/**
 * Shape below 1 and x near or below 1, where neither tail's own expansion is good:
 * P = x^a / Γ(a + 1) (1 + a sum (-x)^n / (n! (a + n))) (DLMF 8.7.1), and Q = -expm1(log P).
 */
function smallShape(shape: number, x: number, density: number): Tails {
  let sum = 0;
  let power = 1;
  for (let n = 1; ; n++) {
    power *= -x / n;
    const next = sum + power / (shape + n);
    if (next === sum) break;
    sum = next;
  }
  const logLower = shape * Math.log(x) - logGammaOnePlus(shape) + Math.log1p(shape * sum);
  return { lower: Math.exp(logLower), upper: -Math.expm1(logLower), density };
}
