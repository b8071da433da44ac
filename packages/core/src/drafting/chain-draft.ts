import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';

/** A draft without branches, all of it by one drafter. */
export function chainDraft(
  drafter: string,
  tokens: readonly number[],
  distributions: readonly Distribution[],
): Draft {
  return {
    tokens,
    distributions,
    parents: tokens.map((_, node) => node - 1),
    drafters: tokens.map(() => drafter),
  };
}
