import { expectedCommittedOf } from './choose-draft-length.js';

/** Halvings of the interval: far finer than any estimate. */
const halvings = 20;

/**
 * The acceptance that, were it the same at every position, would keep as many tokens of a draft as these do: the a with
 * a + a^2 + ... + a^length equal to the sum over positions of the product of acceptances up to each (Leviathan et al.
 * 2211.17192, equation 1). O(length).
 *
 * @param length 1 or more.
 * @param acceptance conditional acceptance at a position, 0 to 1.
 */
export function constantAcceptance(length: number, acceptance: (position: number) => number): number {
  const expected = expectedCommittedOf(length, acceptance) - 1;
  let [low, high] = [0, 1];
  for (let halving = 0; halving < halvings; halving++) {
    const middle = (low + high) / 2;
    if (keptTokens(middle, length) < expected) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** a + a^2 + ... + a^length. */
function keptTokens(a: number, length: number): number {
  let sum = 0;
  for (let position = 0; position < length; position++) sum = a * (1 + sum);
  return sum;
}
