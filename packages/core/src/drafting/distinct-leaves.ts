import type { DraftBudget } from '../contract/drafter.js';

/** Most leaves for a drafter whose siblings are distinct tokens: a chain where they must be independent draws. */
export function distinctLeaves({ maximumLeaves, independentSiblings }: DraftBudget): number {
  return independentSiblings === true ? 1 : maximumLeaves;
}
