import { normalQuantile } from '../distributions/normal-quantile.js';
import { betaTails } from './beta-tails.js';
import { invertTails } from './invert-tails.js';

/** The x at which one tail of the beta law equals the probability, with y = 1 - x; checked arguments. */
export function invertBeta(
  a: number,
  b: number,
  tail: 'lower' | 'upper',
  probability: number,
): { readonly x: number; readonly y: number } {
  const atZero = tail === 'lower' ? 0 : 1;
  if (probability === atZero) return { x: 0, y: 1 };
  if (probability === 1 - atZero) return { x: 1, y: 0 };
  // The odds x / y keep the digits of both x and y.
  const odds = invertTails(
    (value) => betaTails(a, b, ...shares(value)),
    tail,
    probability,
    guessOdds(a, b, tail, probability),
  );
  const [x, y] = shares(odds);
  return { x, y };
}

function shares(odds: number): [x: number, y: number] {
  return odds <= 1 ? [odds / (1 + odds), 1 / (1 + odds)] : [1 / (1 + 1 / odds), 1 / odds / (1 + 1 / odds)];
}

/** Where to start: a normal law for log(x / y), with its mean and variance for large shapes. */
export function guessOdds(a: number, b: number, tail: 'lower' | 'upper', probability: number): number {
  const z = tail === 'lower' ? normalQuantile(probability) : -normalQuantile(probability);
  return (a / b) * Math.exp(z * Math.sqrt(1 / a + 1 / b));
}
