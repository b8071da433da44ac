import type { Distribution } from '../contract/distribution.js';
import { probabilityOf } from '../sampling/draw.js';

// Rules are synchronous, so one pair of buffers serves all; they grow to the largest support once.
let targetShares = new Float64Array(0);
let draftShares = new Float64Array(0);

/** How far from the guessed root the search for the last bit starts, as a share of it. */
const guessWidth = 1e-3;
const mostGuesses = 8;

/**
 * The division rho of K-SEQ (SpecTr, Sun et al. 2310.15141): the root in [1, k] of 1 - (1 - beta)^k = rho beta, where
 * beta(rho) = sum of min(draft, target / rho) is the chance that one child is kept. The left side falls and the right
 * side grows with rho, so bisection finds it to the last bit. Of the two neighbouring numbers the larger is returned:
 * below the root the rule would keep tokens too often, above it only too seldom.
 *
 * Only tokens whose ratio target / draft lies between the ends of the search depend on where rho is. So the root is
 * guessed first, by sums without a branch, and the search starts close around it, with hardly a token left to ask about.
 * O(support) for most rows.
 *
 * @param count children of the node, k >= 1.
 */
export function kSeqDivision(target: Distribution, drafted: Distribution, count: number): number {
  if (count === 1) return 1;
  const guess = guessDivision(target, drafted, count);
  const low = Math.max(1, guess * (1 - guessWidth));
  const high = Math.min(count, guess * (1 + guessWidth));
  const found = search(drafted.probabilities.length, count, low, high);
  // Where rounding misled the guess, the search starts from the ends that always hold the root.
  return found ?? (search(gather(target, drafted), count, 1, count) as number);
}

/** Takes the probabilities of the tokens that the draft lists; how many these are. */
function gather(target: Distribution, { tokens, probabilities }: Distribution): number {
  const size = probabilities.length;
  if (targetShares.length < size) {
    targetShares = new Float64Array(size);
    draftShares = new Float64Array(size);
  }
  draftShares.set(probabilities);
  if (tokens === undefined && target.tokens === undefined) targetShares.set(target.probabilities);
  else {
    for (let index = 0; index < size; index++) {
      targetShares[index] = probabilityOf(target, tokens === undefined ? index : (tokens[index] as number));
    }
  }
  return size;
}

/** Left side less right side of the equation, without cancellation where beta is small. */
function excess(beta: number, division: number, count: number): number {
  return -Math.expm1(count * Math.log1p(-Math.min(1, beta))) - division * beta;
}

/** Chance that one child is kept, but for rounding. */
function chanceKept(targets: Float64Array, drafts: Float64Array, size: number, division: number): number {
  const inverse = 1 / division;
  let twice = 0;
  for (let index = 0; index < size; index++) {
    const there = drafts[index] as number;
    const wanted = (targets[index] as number) * inverse;
    // Twice the smaller one, without a branch, as in `residual`.
    twice += there + wanted - Math.abs(there - wanted);
  }
  return twice / 2;
}

/** About the root, 1 to `count`, by the secant method on rho = (1 - (1 - beta(rho))^k) / beta(rho). */
export function guessDivision(target: Distribution, drafted: Distribution, count: number): number {
  const size = gather(target, drafted);
  const changeFrom = (division: number): number => {
    const beta = chanceKept(targetShares, draftShares, size, division);
    return excess(beta, division, count) / beta;
  };
  let before = 1;
  let changeBefore = changeFrom(before);
  let guess = before + changeBefore;
  for (let step = 0; step < mostGuesses && guess > 1 && guess < count; step++) {
    const change = changeFrom(guess);
    const next = guess - (change * (guess - before)) / (change - changeBefore);
    if (!(Math.abs(next - guess) > (guess * guessWidth) / 10)) break;
    [before, changeBefore, guess] = [guess, change, next];
  }
  return guess >= 1 && guess <= count ? guess : 1;
}

/**
 * The root to the last bit by bisection between two ends; 1 where it is not above that, undefined where it is not
 * between the ends. Leaves the shares in disorder.
 */
function search(size: number, count: number, from: number, to: number): number | undefined {
  let low = from;
  let high = to;
  // beta(rho) = ofDraft + ofTarget / rho + what the undecided tokens add, which stand first.
  let ofDraft = 0;
  let ofTarget = 0;
  let undecided = size;
  const decide = (): void => {
    const before = undecided;
    undecided = 0;
    for (let index = 0; index < before; index++) {
      const wanted = targetShares[index] as number;
      const there = draftShares[index] as number;
      if (wanted <= low * there) ofTarget += wanted;
      else if (wanted >= high * there) ofDraft += there;
      else {
        targetShares[undecided] = wanted;
        draftShares[undecided] = there;
        undecided += 1;
      }
    }
  };
  const isTooSmall = (division: number): boolean => {
    let beta = ofDraft + ofTarget / division;
    for (let index = 0; index < undecided; index++) {
      beta += Math.min(draftShares[index] as number, (targetShares[index] as number) / division);
    }
    return excess(beta, division, count) > 0;
  };
  decide();
  if (!isTooSmall(low)) return low === 1 ? 1 : undefined;
  if (high < count && isTooSmall(high)) return undefined;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (isTooSmall(middle)) low = middle;
    else high = middle;
    decide();
  }
}
