import type { Distribution } from '../../contract/distribution.js';

/**
 * The `count` tokens with the largest probabilities, descending; ties by ascending id, and never one of probability 0.
 * O(support x count) at worst, near O(support) for the small counts of a tree.
 */
export function mostProbable(
  { tokens, probabilities }: Distribution,
  count: number,
): { readonly token: number; readonly probability: number }[] {
  const best: { token: number; probability: number }[] = [];
  if (count === 0) return best;
  let least = 0;
  for (let index = 0; index < probabilities.length; index++) {
    const probability = probabilities[index] as number;
    if (!(probability > least)) continue;
    if (best.length === count) best.pop();
    let at = best.length;
    while (at > 0 && (best[at - 1] as { probability: number }).probability < probability) at -= 1;
    best.splice(at, 0, { token: tokens === undefined ? index : (tokens[index] as number), probability });
    if (best.length === count) least = (best[count - 1] as { probability: number }).probability;
  }
  return best;
}
