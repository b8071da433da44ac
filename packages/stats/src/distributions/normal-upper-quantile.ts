import { requireProbability } from '../errors/require.js';
import { erf } from '../special/erf.js';
import { scaledErfc } from '../special/scaled-erfc.js';

const rootTwoPi = 2.5066282746310007;
const rootHalfPi = 1.2533141373155003;

/**
 * The x that a standard normal variable exceeds with the given probability: the inverse of normalSurvival.
 * Relative error below 1e-14, also around x = 0. Constant time.
 *
 * Source: Abramowitz & Stegun 26.2.23 as a first guess (error 4.5e-4), then three steps of Newton's method: on
 * erf where the probability is near 1/2, else on the logarithm of the tail.
 *
 * @param probability 0 (gives Infinity) to 1 (gives -Infinity).
 * @throws StatisticsError where the probability lies outside 0 to 1.
 */
export function normalUpperQuantile(probability: number): number {
  requireProbability(probability, 'probability');
  // Exact: a double above 1/2 has an exact difference to 1.
  if (probability > 0.5) return -normalUpperQuantile(1 - probability);
  if (probability === 0) return Infinity;
  if (probability === 0.5) return 0;
  const logProbability = Math.log(probability);
  let x = guessNormal(logProbability);
  for (let iteration = 0; iteration < 3; iteration++) {
    if (probability > 0.25) {
      const missing = 0.5 - probability - 0.5 * erf(x * Math.SQRT1_2);
      x += missing * rootTwoPi * Math.exp(0.5 * x * x);
    } else {
      const scaled = scaledErfc(x * Math.SQRT1_2);
      const excess = Math.log(0.5 * scaled) - 0.5 * x * x - logProbability;
      x += excess * scaled * rootHalfPi;
    }
  }
  return x;
}

/** Where to start, for probabilities up to 1/2: within 4.5e-4 of the root. */
export function guessNormal(logProbability: number): number {
  const t = Math.sqrt(-2 * logProbability);
  const numerator = 2.515517 + t * (0.802853 + t * 0.010328);
  const denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return t - numerator / denominator;
}
