import { InvalidArgumentError as UsageError, Option } from '@commander-js/extra-typings';
import {
  type CostCurve,
  createAdaptiveDraftLength,
  createFixedDraftLength,
  type Drafter,
  type LanguageModel,
  type DraftLengthController,
} from '@foretoken/core';

export type DraftLength = number | 'auto';

export function parseDraftLength(text: string): DraftLength {
  if (text === 'auto') return 'auto';
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 63) {
    throw new UsageError('--draft-length takes "auto" or a whole number from 0 to 63.');
  }
  return value;
}

export const draftLengthOption = new Option(
  '--draft-length <n>',
  'tokens to draft a round; "auto" measures pass costs first and adapts, 0 included (with --tree: all of the tree; with --combine merge: 4 for each drafter)',
)
  .argParser(parseDraftLength)
  .default('auto' as DraftLength);

/** A fresh controller; an automatic one needs measured costs. */
export function draftLengthController(
  length: DraftLength,
  roundCosts: CostCurve | undefined,
  drafter: Drafter | undefined,
  draft: LanguageModel | undefined,
): DraftLengthController {
  if (length !== 'auto') return createFixedDraftLength(length);
  if (roundCosts === undefined) return createFixedDraftLength(0);
  return adaptiveController(roundCosts, expectedAcceptance(drafter), draftsByPasses(drafter, draft));
}

/** What a drafter says of itself, for every position; undefined where it says nothing. */
export function expectedAcceptance(drafter: Drafter | undefined): readonly number[] | undefined {
  return drafter?.expectedAcceptance === undefined ? undefined : [drafter.expectedAcceptance];
}

/** True where a draft takes passes of a model or a head, which has to catch up with the text after a pause. */
export function draftsByPasses(drafter: Drafter | undefined, draft: LanguageModel | undefined): boolean {
  return draft !== undefined || drafter?.needsHiddenStates === true;
}

/** @param byPasses whether drafting takes passes; what drafts without is probed sooner. */
export function adaptiveController(
  roundCosts: CostCurve,
  priorAcceptance: readonly number[] | undefined,
  byPasses: boolean,
): DraftLengthController {
  return createAdaptiveDraftLength({ roundCosts, priorAcceptance, firstProbe: byPasses ? undefined : 32 });
}
