import type { Drafter } from '../contract/drafter.js';
import type { GenerationStart } from './draft-length-controller.js';
import type { LearningDraftLengthOptions } from './learning-draft-length.js';

const longestDraft = 15;

/** What a drafter reads of a text before it drafts. */
export function readingOf({
  isFree,
  window,
  relativeSize,
}: Drafter): Pick<GenerationStart, 'window' | 'relativeSize'> {
  return isFree === true ? { window: 0 } : { window, relativeSize };
}

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
