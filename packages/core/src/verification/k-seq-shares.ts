import type { Distribution } from '../contract/distribution.js';
import { probabilityOf } from '../sampling/draw.js';

// Rules are synchronous, so one pair of buffers serves all; they grow to the largest support once.
let targetShares = new Float64Array(0);
let draftShares = new Float64Array(0);

/** Takes the probabilities of the tokens that the draft lists; how many these are. */
export function gather(target: Distribution, { tokens, probabilities }: Distribution): number {
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

/** Sum of min(draft, target / rho) of the first gathered shares. */
export function overlap(size: number, division: number): number {
  const targets = targetShares;
  const drafts = draftShares;
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

/**
 * Which of draft and target / rho is the smaller one whatever rho is between two ends: the sums of those, and how many
 * tokens are left undecided, which then stand first.
 */
export function decide(
  size: number,
  low: number,
  high: number,
): { readonly undecided: number; readonly ofDraft: number; readonly ofTarget: number } {
  const targets = targetShares;
  const drafts = draftShares;
  let undecided = 0;
  let ofDraft = 0;
  let ofTarget = 0;
  for (let index = 0; index < size; index++) {
    const wanted = targets[index] as number;
    const there = drafts[index] as number;
    // Numbers instead of branches that a processor would guess wrong half the time; the one that is left is rare.
    const above = Number(wanted > low * there);
    const below = Number(wanted < high * there);
    if ((above & below) === 1) {
      targets[undecided] = wanted;
      drafts[undecided] = there;
      undecided += 1;
    } else {
      ofDraft += above * there;
      ofTarget += (1 - above) * wanted;
    }
  }
  return { undecided, ofDraft, ofTarget };
}
