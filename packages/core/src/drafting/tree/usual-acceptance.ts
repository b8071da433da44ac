import type { ChildAcceptance } from './grow-sampled-tree.js';

/** Acceptance at probabilities 0 and 1, on a line between; by rank, the last for all later ones. */
const lines = [
  [0.35, 0.97],
  [0.1, 0.7],
  [0.08, 0.43],
] as const;

/**
 * How often a target accepts a child whose draft gave its token a probability, as seen with the embedded pair at
 * temperature 1. It only decides where a tree grows: for a pair that it does not fit, it costs tokens, not exactness.
 */
export const usualAcceptance: ChildAcceptance = (rank, probability) => {
  const [least, most] = lines[Math.min(rank, lines.length - 1)] as (typeof lines)[number];
  return least + (most - least) * probability;
};
