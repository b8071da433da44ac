import { betaTails } from '../special/beta-tails.js';

/** A mean deviation with its derivative. */
export interface MeanDeviation {
  readonly value: number;
  /** d value / d probability, -1 to 1. */
  readonly slope: number;
}

/**
 * Expected distance of an observed share from a target, E|X / n - q| with X binomial of n draws that hit with
 * probability p. As a function of p it is the Bernstein polynomial of |x - q|, hence convex, with slopes -1 to 1.
 *
 * With m = floor(n q), B = P(Y <= m - 1), b = P(Y = m), Y binomial of n - 1 draws:
 * value = (p - q)(1 - 2 B) + 2 q (1 - p) b, slope = 1 - 2 B - 2 (n q - m) b.
 * Source: de Moivre's mean deviation (Diaconis & Zabell 1991, Statistical Science 6, 284-302), with
 * E(X; X <= m) = n p P(Y <= m - 1); slope: derivative of a Bernstein polynomial (Lorentz 1953, section 1.4).
 * One incomplete beta function.
 *
 * @param count n, at least 1.
 * @param target q, 0 to 1.
 * @param probability p, 0 to 1.
 */
export function meanDeviation(count: number, target: number, probability: number): MeanDeviation {
  const expected = count * target;
  const whole = Math.min(Math.floor(expected), count - 1);
  const { below, at } = binomialAround(count - 1, whole, probability);
  return {
    value: (probability - target) * (1 - 2 * below) + 2 * target * (1 - probability) * at,
    slope: 1 - 2 * below - 2 * (expected - whole) * at,
  };
}

/** P(Y < m) and P(Y = m) of a binomial variable Y, 0 <= m <= trials. */
function binomialAround(trials: number, m: number, probability: number): { below: number; at: number } {
  if (trials === 0) return { below: 0, at: 1 };
  if (m === 0) return { below: 0, at: Math.exp(trials * Math.log1p(-probability)) };
  if (probability === 1) return { below: 0, at: m === trials ? 1 : 0 };
  // P(Y >= m) of `trials` draws is the beta law of shapes m, trials - m + 1 at the probability.
  const rest = 1 - probability;
  const { upper, density } = betaTails(m, trials - m + 1, probability, rest);
  // density = p^m q^(trials - m + 1) / B(m, trials - m + 1) = m q P(Y = m).
  return { below: upper, at: density / (m * rest) };
}
