import type { Tails } from './tails.js';

/**
 * The positive `value` at which one tail of a continuous law on (0, ∞) equals `target`, 0 < target < 1.
 *
 * Newton's method for log tail as a function of log value, which is concave for gamma and beta-prime laws, so
 * that steps from beyond the root cannot run away; bisection in log value where a step leaves the bracket.
 * Returns 0 or Infinity where the root underflows or overflows.
 *
 * @param evaluate both tails at a value, with the density of its logarithm.
 * @param start a first guess.
 */
export function invertTails(
  evaluate: (value: number) => Tails,
  tail: 'lower' | 'upper',
  target: number,
  start: number,
): number {
  // The smaller tail has the digits; 1 - target is exact where target >= 1/2.
  const flipped = target > 0.5;
  const wanted = flipped ? 1 - target : target;
  const rising = (tail === 'lower') !== flipped;
  let low = 0;
  let high = Infinity;
  let value = Math.min(Math.max(start, Number.MIN_VALUE), Number.MAX_VALUE);
  for (let iteration = 0; iteration < 200; iteration++) {
    const tails = evaluate(value);
    const reached = rising ? tails.lower : tails.upper;
    if (reached === wanted) return value;
    if (reached < wanted === rising) low = value;
    else high = value;
    const excess = Math.log(reached / wanted);
    const step = ((rising ? -excess : excess) * reached) / tails.density;
    const newton = value * Math.exp(step);
    const inside = newton > low && newton < high && Number.isFinite(step);
    const next = inside ? newton : middle(low, high);
    if (Math.abs(step) < 1e-16) return inside ? newton : value;
    if (next <= low || next >= high) return next;
    value = next;
  }
  return value;
}

/** Geometric middle; the ends of the bracket may be 0 and Infinity. */
function middle(low: number, high: number): number {
  const bottom = Math.max(low, Number.MIN_VALUE);
  const top = Math.min(high, Number.MAX_VALUE);
  if (high === Number.MIN_VALUE) return 0;
  // The middle towards the largest double rounds off before it.
  if (high === Infinity && low > Number.MAX_VALUE / 2) return Infinity;
  return Math.sqrt(bottom) * Math.sqrt(top);
}
