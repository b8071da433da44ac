import type { RandomSource } from '../random/random-source.js';

/** Cell of a law that the next uniform number falls into; never one of probability 0. */
export function drawCell(probabilities: ArrayLike<number>, random: RandomSource): number {
  let remaining = random();
  let last = 0;
  for (let cell = 0; cell < probabilities.length; cell++) {
    const probability = probabilities[cell] as number;
    if (probability <= 0) continue;
    last = cell;
    remaining -= probability;
    if (remaining < 0) break;
  }
  return last;
}

/** How often each cell of a law occurs in `count` independent draws. */
export function drawCounts(
  probabilities: ArrayLike<number>,
  count: number,
  random: RandomSource,
): Float64Array {
  const counts = new Float64Array(probabilities.length);
  for (let draw = 0; draw < count; draw++) {
    const cell = drawCell(probabilities, random);
    counts[cell] = (counts[cell] as number) + 1;
  }
  return counts;
}
