import type { Drafter } from '@foretoken/core';
import type { RankCounts } from './rank-counts.js';

/** Drafts as another drafter does, which stays its owner's, and counts what becomes of its trees. */
export function createRecordingTreeDrafter(drafter: Drafter, counts: RankCounts): Drafter {
  let parents: readonly number[] = [];
  return {
    name: drafter.name,
    maximumLength: drafter.maximumLength ?? Number.POSITIVE_INFINITY,
    needsHiddenStates: drafter.needsHiddenStates === true,
    readHiddenStates: drafter.readHiddenStates?.bind(drafter),
    async propose(context, budget) {
      const draft = await drafter.propose(context, budget);
      parents = draft.parents;
      return draft;
    },
    observe(outcome) {
      drafter.observe(outcome);
      counts.observe(parents, outcome.acceptedPath);
      parents = [];
    },
    async close() {},
  };
}
