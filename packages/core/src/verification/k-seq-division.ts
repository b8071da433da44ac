import type { Distribution } from '../contract/distribution.js';
import { probabilityOf } from '../sampling/draw.js';

// Rules are synchronous, so one pair of buffers serves all; they grow to the largest support once.
let targetShares = new Float64Array(0);
let draftShares = new Float64Array(0);

/**
 * The division rho of K-SEQ (SpecTr, Sun et al. 2310.15141): the root in [1, k] of 1 - (1 - beta)^k = rho beta, where
 * beta(rho) = sum of min(draft, target / rho) is the chance that one child is kept. The left side falls and the right
 * side grows with rho, so bisection finds it to the last bit, in 53 + log2(k) steps at most. Of the two neighbouring
 * numbers the larger is returned: below the root the rule would keep tokens too often, above it only too seldom.
 *
 * Only tokens whose ratio target / draft lies between the ends depend on where rho is; they are dropped as the ends
 * close in. O(support) for most rows.
 *
 * @param count children of the node, k >= 1.
 */
export function kSeqDivision(target: Distribution, drafted: Distribution, count: number): number {
  let low = 1;
  let high = count;
  // beta(rho) = ofDraft + ofTarget / rho + what the undecided tokens add.
  let ofDraft = 0;
  let ofTarget = 0;
  let undecided = 0;
  const { tokens, probabilities } = drafted;
  if (targetShares.length < probabilities.length) {
    targetShares = new Float64Array(probabilities.length);
    draftShares = new Float64Array(probabilities.length);
  }
  const sort = (wanted: number, there: number): void => {
    if (wanted <= low * there) ofTarget += wanted;
    else if (wanted >= high * there) ofDraft += there;
    else {
      targetShares[undecided] = wanted;
      draftShares[undecided] = there;
      undecided += 1;
    }
  };
  for (let index = 0; index < probabilities.length; index++) {
    const token = tokens === undefined ? index : (tokens[index] as number);
    sort(probabilityOf(target, token), probabilities[index] as number);
  }
  const isTooSmall = (division: number): boolean => {
    let beta = ofDraft + ofTarget / division;
    for (let index = 0; index < undecided; index++) {
      beta += Math.min(draftShares[index] as number, (targetShares[index] as number) / division);
    }
    // 1 - (1 - beta)^k without cancellation where beta is small.
    return -Math.expm1(count * Math.log1p(-Math.min(1, beta))) > division * beta;
  };

  // One child, certain acceptance, or none at all.
  if (!isTooSmall(low)) return low;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (isTooSmall(middle)) low = middle;
    else high = middle;
    const before = undecided;
    undecided = 0;
    for (let index = 0; index < before; index++) {
      sort(targetShares[index] as number, draftShares[index] as number);
    }
  }
}
