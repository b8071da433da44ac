import type { ChildAcceptance } from './grow-sampled-tree.js';

export const usualAcceptance: ChildAcceptance = (rank, probability) =>
  rank === 0 ? 0.3 + 0.7 * probability : 0.15 + 0.35 * probability;
