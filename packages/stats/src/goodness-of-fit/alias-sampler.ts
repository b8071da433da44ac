import { drawUniform, type RandomSource } from '../random/random-source.js';

/**
 * Draws cell numbers in proportion to weights, in constant time each after O(n) preparation: Walker's alias
 * method (ACM Transactions on Mathematical Software 3, 1977), built as by Vose (IEEE Transactions on
 * Software Engineering 17, 1991).
 *
 * @param weights at least 0, with a positive sum.
 */
export function aliasSampler(weights: ArrayLike<number>): (random: RandomSource) => number {
  const cells = weights.length;
  let sum = 0;
  for (let cell = 0; cell < cells; cell++) sum += weights[cell] as number;
  // Each column holds one cell's own share, at most 1, and an alias for the rest.
  const share = Float64Array.from(weights, (weight) => (weight / sum) * cells);
  const alias = Int32Array.from({ length: cells }, (_, cell) => cell);
  const small: number[] = [];
  const large: number[] = [];
  for (let cell = 0; cell < cells; cell++) ((share[cell] as number) < 1 ? small : large).push(cell);
  while (small.length > 0 && large.length > 0) {
    const filled = small.pop() as number;
    const giver = large.at(-1) as number;
    alias[filled] = giver;
    share[giver] = (share[giver] as number) - (1 - (share[filled] as number));
    if ((share[giver] as number) < 1) {
      large.pop();
      small.push(giver);
    }
  }
  // What is left differs from a full column by rounding only.
  for (const cell of [...small, ...large]) share[cell] = 1;
  return (random) => {
    const scaled = drawUniform(random) * cells;
    const column = Math.floor(scaled);
    return scaled - column < (share[column] as number) ? column : (alias[column] as number);
  };
}
