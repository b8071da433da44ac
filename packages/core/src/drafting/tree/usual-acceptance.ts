import type { ChildAcceptance } from './grow-sampled-tree.js';

/**
 * How often a target accepts a child whose draft gave its token a probability: a line for first children, a lower one
 * for those whose earlier siblings were refused. Near what the embedded pair does at temperature 1, where first
 * children are accepted in .45 of the cases at probabilities near .08, .69 near .45, .83 near .85 and .95 near .97. It only
 * decides where a tree grows: for a pair that it does not fit, it costs tokens, not exactness.
 */
export const usualAcceptance: ChildAcceptance = (rank, probability) =>
  rank === 0 ? 0.3 + 0.7 * probability : 0.15 + 0.35 * probability;
