import { createStringMatchDrafter, createTokenIntersectionDrafter } from '@foretoken/core';

/** Drafting with a model of another vocabulary than the target's, by name. */
export const foreignDrafts = { tli: createTokenIntersectionDrafter, slem: createStringMatchDrafter } as const;
export type ForeignDraft = keyof typeof foreignDrafts;
export const foreignDraftNames = Object.keys(foreignDrafts) as ForeignDraft[];
