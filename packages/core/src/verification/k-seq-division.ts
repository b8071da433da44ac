import type { Distribution } from '../contract/distribution.js';
import { probabilityOf } from '../sampling/draw.js';

// Rules are synchronous, so one pair of buffers serves all; they grow to the largest support once.
let targetShares = new Float64Array(0);
let draftShares = new Float64Array(0);

/** How near to the root is near enough, as a share of it: about what rounding of the sums leaves undecided. */
const precision = 2 ** -50;
/** After as many steps of the secant method, which takes about eight, the interval is halved instead. */
const mostSecantSteps = 16;

/**
 * The division rho of K-SEQ (SpecTr, Sun et al. 2310.15141): the root in [1, k] of 1 - (1 - beta)^k = rho beta, where
 * beta(rho) = sum of min(draft, target / rho) is the chance that one child is kept. The left side less the right side is
 * positive below the root and negative above it: below the root the rule would keep tokens too often, above it only too
 * seldom. The number returned is the root but for its last bits, and on the side where the difference is not positive.
 *
 * Found by the secant method between two ends that always hold the root. Only tokens whose ratio target / draft lies
 * between the ends depend on where it is, so the sums get short as the ends draw near. O(support).
 *
 * @param count children of the node, k >= 1.
 */
export function kSeqDivision(target: Distribution, drafted: Distribution, count: number): number {
  if (count === 1) return 1;
  const tokens = new OverlapSum(gather(target, drafted), count);
  let low = 1;
  let high = count;
  let before = low;
  let differenceBefore = difference(tokens.at(low), low, count);
  if (!(differenceBefore > 0)) return 1;
  // What solves the equation if beta stays as it is at rho = 1.
  let guess = Math.min(before + differenceBefore, high);
  for (let step = 1; ; step++) {
    const here = difference(tokens.at(guess), guess, count);
    const isTooSmall = here > 0;
    if (isTooSmall) low = guess;
    else high = guess;
    tokens.narrow(low, high);
    const secant = guess - (here * (guess - before)) / (here - differenceBefore);
    let next = step <= mostSecantSteps && secant >= low && secant <= high ? secant : (low + high) / 2;
    if (Math.abs(next - guess) < guess * precision) {
      if (!isTooSmall) return guess;
      next = guess + guess * precision;
    }
    if (!(next > low && next < high)) return high;
    [before, differenceBefore, guess] = [guess, here, next];
  }
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

/** Left side less right side of the equation, divided by beta, which may be small; 0 where nothing is kept. */
function difference(beta: number, division: number, count: number): number {
  return beta > 0 ? -Math.expm1(count * Math.log1p(-Math.min(1, beta))) / beta - division : 0;
}

/** beta(rho) of the gathered shares, for rho between two ends that may come closer. Leaves the shares in disorder. */
class OverlapSum {
  /** beta(rho) = ofDraft + ofTarget / rho + what the undecided tokens add, which stand first. */
  #ofDraft = 0;
  #ofTarget = 0;
  #undecided: number;
  /** Between the ends of the last decision. */
  #width = Number.POSITIVE_INFINITY;

  constructor(size: number, count: number) {
    this.#undecided = size;
    this.narrow(1, count);
  }

  at(division: number): number {
    const targets = targetShares;
    const drafts = draftShares;
    const undecided = this.#undecided;
    const inverse = 1 / division;
    let twice = 0;
    for (let index = 0; index < undecided; index++) {
      const there = drafts[index] as number;
      const wanted = (targets[index] as number) * inverse;
      // Twice the smaller one, without a branch, as in `residual`.
      twice += there + wanted - Math.abs(there - wanted);
    }
    return this.#ofDraft + this.#ofTarget * inverse + twice / 2;
  }

  /** Decides the tokens whose ratio does not lie between the ends, where these are half as far apart as before. */
  narrow(low: number, high: number): void {
    if (high - low > this.#width / 2) return;
    this.#width = high - low;
    const targets = targetShares;
    const drafts = draftShares;
    const before = this.#undecided;
    let undecided = 0;
    let ofDraft = 0;
    let ofTarget = 0;
    for (let index = 0; index < before; index++) {
      const wanted = targets[index] as number;
      const there = drafts[index] as number;
      // Numbers instead of branches, which a processor would guess wrong half the time.
      const isTarget = Number(wanted <= low * there);
      const isDraft = Number(wanted > low * there) & Number(wanted >= high * there);
      ofTarget += isTarget * wanted;
      ofDraft += isDraft * there;
      targets[undecided] = wanted;
      drafts[undecided] = there;
      undecided += 1 - isTarget - isDraft;
    }
    this.#undecided = undecided;
    this.#ofDraft += ofDraft;
    this.#ofTarget += ofTarget;
  }
}
