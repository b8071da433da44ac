import type { DrafterFactory } from '@foretoken/core';
import { createSyntheticTreeDrafter } from '@foretoken/core/testing';
import { treeTable } from './table-battery.js';

/** Drafts trees from the draft's language of the table for trees, with the siblings that the rule takes. */
export const tableTreeDrafter: DrafterFactory = {
  name: 'trees',
  needsDraftModel: false,
  trees: true,
  create: () =>
    createSyntheticTreeDrafter({
      law: treeTable.draft,
      vocabularySize: treeTable.vocabularySize,
      widths: [2, 2],
    }),
};
