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
  'tokens to draft a round; "auto" measures pass costs first and adapts, 0 included (with --tree: all of the tree)',
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
  return adaptiveController(roundCosts, expectedAcceptance(drafter), draft);
}

/** What a drafter says of itself, for every position; undefined where it says nothing. */
export function expectedAcceptance(drafter: Drafter | undefined): readonly number[] | undefined {
  return drafter?.expectedAcceptance === undefined ? undefined : [drafter.expectedAcceptance];
}

/** Drafters without a model have nothing to catch up with, so they are probed sooner. */
export function adaptiveController(
  roundCosts: CostCurve,
  priorAcceptance: readonly number[] | undefined,
  draft: LanguageModel | undefined,
): DraftLengthController {
  return createAdaptiveDraftLength({
    roundCosts,
    priorAcceptance,
    firstProbe: draft === undefined ? 32 : undefined,
  });
}
