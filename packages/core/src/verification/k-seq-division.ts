import type { Distribution } from '../contract/distribution.js';
import { decide, gather, overlap } from './k-seq-shares.js';

/** How near to the root is near enough, as a share of it: about what rounding of the sums leaves undecided. */
const precision = 2 ** -50;
/** After as many steps of the secant method the interval is halved instead. */
const mostSecantSteps = 16;
/** By how much the ends of the search are moved apart, as a share: more than rounding can have moved them together. */
const slack = 1e-9;

/**
 * The division rho of K-SEQ (SpecTr, Sun et al. 2310.15141): the root in [1, k] of 1 - (1 - beta)^k = rho beta, where
 * beta(rho) = sum of min(draft, target / rho) is the chance that one child is kept. The left side less the right side is
 * positive below the root and negative above it: below the root the rule would keep tokens too often, above it only too
 * seldom. The number returned is the root but for its last bits, and on the side where the difference is not positive.
 *
 * beta is concave in 1 / rho and 0 at its end. So from two of its values lines follow that it lies between, and from
 * those two ends that hold the root. Only tokens whose ratio target / draft lies between the ends, mostly few, depend on
 * where it is. O(support).
 *
 * @param count children of the node, k >= 1.
 */
export function kSeqDivision(target: Distribution, drafted: Distribution, count: number): number {
  if (count === 1) return 1;
  const size = gather(target, drafted);
  const first = overlap(size, 1);
  // What solves the equation if beta stays as it is at rho = 1; it falls, so the root is not below that.
  const start = Math.min(1 + difference(first, 1, count), count);
  if (!(start > 1)) return 1;
  const second = overlap(size, start);
  const slope = (first - second) / (1 - 1 / start);
  const most = (division: number): number => second - slope * (1 / start - 1 / division);
  const least = (division: number): number => (second * start) / division;
  const low = Math.max(1, solve(most, count, start, count) * (1 - slack));
  const high = Math.min(count, solve(least, count, low, count) * (1 + slack));
  const { undecided, ofDraft, ofTarget } = decide(size, low, high);
  const beta = (division: number): number => ofDraft + ofTarget / division + overlap(undecided, division);
  return solve(beta, count, low, high);
}

/** The root between two ends: by the secant method, which is kept between the numbers known to be on either side. */
function solve(beta: (division: number) => number, count: number, from: number, to: number): number {
  let low = from;
  let high = to;
  let before = low;
  let differenceBefore = difference(beta(low), low, count);
  if (!(differenceBefore > 0)) return low;
  let guess = Math.min(low + differenceBefore, (low + high) / 2);
  for (let step = 1; ; step++) {
    const here = difference(beta(guess), guess, count);
    if (here > 0) low = guess;
    else high = guess;
    const secant = guess - (here * (guess - before)) / (here - differenceBefore);
    let next = step <= mostSecantSteps && secant >= low && secant <= high ? secant : (low + high) / 2;
    // The root is all but reached: it is the guess, unless that is too small.
    if (Math.abs(next - guess) < guess * precision) next = guess + guess * precision;
    if (!(next > low && next < high)) return high;
    [before, differenceBefore, guess] = [guess, here, next];
  }
}

/** Left side less right side of the equation, divided by beta, which may be small; 0 where nothing is kept. */
function difference(beta: number, division: number, count: number): number {
  return beta > 0 ? -Math.expm1(count * Math.log1p(-Math.min(1, beta))) / beta - division : 0;
}
