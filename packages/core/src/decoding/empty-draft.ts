import type { Draft } from '../contract/draft.js';

/** The draft of a round without drafting. */
export const emptyDraft: Draft = { tokens: [], parents: [], distributions: [], drafters: [] };
