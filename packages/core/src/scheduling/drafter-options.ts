import type { Drafter } from '../contract/drafter.js';
import type { LearningDraftLengthOptions } from './learning-draft-length.js';

const longestDraft = 15;

/** What a controller begins with by what a drafter says of itself. */
export function drafterOptions({
  maximumLength = longestDraft,
  expectedAcceptance,
}: Pick<Drafter, 'maximumLength' | 'expectedAcceptance'>): LearningDraftLengthOptions {
  return {
    maximumLength: Math.max(1, Math.min(longestDraft, maximumLength)),
    priorAcceptance: expectedAcceptance === undefined ? undefined : [expectedAcceptance],
  };
}
