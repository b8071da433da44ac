import type { Support } from './support.js';

/** Working space of `keepMass`, reused. */
export interface MassScratch {
  /** Indices into the support, a heap, [capacity]. */
  readonly order: Int32Array;
  /** What to rank by, one an entry of the support, larger first, [capacity]. */
  readonly scores: Float64Array;
}

/**
 * Keeps the smallest set of entries with the best scores whose probabilities reach `mass`; ties to the
 * lowest ids. Entries with a score below `leastScore` are known not to be needed.
 * O(support + kept x log support).
 */
export function keepMass(support: Support, scratch: MassScratch, mass: number, leastScore: number): void {
  const { order, scores } = scratch;
  let size = 0;
  for (let index = 0; index < support.count; index++) {
    if ((scores[index] as number) >= leastScore) order[size++] = index;
  }
  for (let at = (size >> 1) - 1; at >= 0; at--) siftDown(order, scores, at, size);

  let reached = 0;
  let last = -1;
  while (size > 0 && reached < mass) {
    last = order[0] as number;
    reached += support.probabilities[last] as number;
    size -= 1;
    order[0] = order[size] as number;
    siftDown(order, scores, 0, size);
  }
  const cut = scores[last] as number;
  support.keep((index) => {
    const score = scores[index] as number;
    return score > cut || (score === cut && index <= last);
  });
}

function siftDown(order: Int32Array, scores: Float64Array, from: number, size: number): void {
  const entry = order[from] as number;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && isBetter(scores, order[child + 1] as number, order[child] as number)) child += 1;
    if (!isBetter(scores, order[child] as number, entry)) break;
    order[at] = order[child] as number;
    at = child;
  }
  order[at] = entry;
}

function isBetter(scores: Float64Array, left: number, right: number): boolean {
  const difference = (scores[left] as number) - (scores[right] as number);
  return difference > 0 || (difference === 0 && left < right);
}
