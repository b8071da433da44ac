import type { PlannedDrafter } from '../plan/plan-schema.js';

/** That a drafter drafts trees, where another engine has words for chains alone. */
export function treeLine(
  name: string,
  { parents }: NonNullable<PlannedDrafter['tree']>,
  chainLength: number,
): string {
  const instead =
    chainLength === 0 ? 'and no chain of it pays' : `here its best chain, of ${chainLength} tokens`;
  return `${name}: trees of ${parents.length} nodes; it drafts chains, ${instead}`;
}
