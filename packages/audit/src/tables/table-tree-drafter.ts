import type { DrafterFactory } from '@foretoken/core';
import { createSyntheticTreeDrafter } from '@foretoken/core/testing';
import type { AuditTable } from './audit-table.js';

/** Drafts trees from the draft's language of a table for trees, with the siblings that the rule takes. */
export function tableTreeDrafter({ draft, vocabularySize, widths = [] }: AuditTable): DrafterFactory {
  return {
    name: 'trees',
    needsDraftModel: false,
    trees: true,
    create: () => createSyntheticTreeDrafter({ law: draft, vocabularySize, widths }),
  };
}
