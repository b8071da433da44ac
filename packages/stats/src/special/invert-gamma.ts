import { normalQuantile } from '../distributions/normal-quantile.js';
import { gammaTails } from './gamma-tails.js';
import { invertTails } from './invert-tails.js';
import { logGammaOnePlus } from './log-gamma-one-plus.js';

/** The x at which one tail of the gamma law equals the probability; checked arguments. */
export function invertGamma(shape: number, tail: 'lower' | 'upper', probability: number): number {
  if (probability === 0) return tail === 'lower' ? 0 : Infinity;
  if (probability === 1) return tail === 'lower' ? Infinity : 0;
  return invertTails((x) => gammaTails(shape, x), tail, probability, guessGamma(shape, tail, probability));
}

/** Where to start: near the root, but for the centre of small shapes. */
export function guessGamma(shape: number, tail: 'lower' | 'upper', probability: number): number {
  // Wilson and Hilferty: the cube root is nearly normal.
  const z = tail === 'lower' ? normalQuantile(probability) : -normalQuantile(probability);
  const root = 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape));
  const central = shape * root ** 3;
  // P(a, x) is about x^a / Γ(a + 1) where x is small.
  const logLower = tail === 'lower' ? Math.log(probability) : Math.log1p(-probability);
  const small = Math.exp((logLower + logGammaOnePlus(shape)) / shape);
  return root > 0.3 ? central : Math.max(small, Number.MIN_VALUE);
}
