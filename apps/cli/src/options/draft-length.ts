import { InvalidArgumentError as UsageError, Option } from '@commander-js/extra-typings';
import {
  type CostCurve,
  createAdaptiveDraftLength,
  createBetaSurvival,
  createFixedDraftLength,
  createLearningDraftLength,
  createMovingAverageDraftLength,
  type Drafter,
  type LanguageModel,
  type DraftLengthController,
  stopAboveRejection,
  stopByEntropy,
} from '@foretoken/core';

/** Of the published rules that are there to compare with. */
const longest = 15;
const rejectionThreshold = 0.7;

/** Rules that need no costs measured before, by name; `learn` is one controller for a drafter. */
const rules = {
  learn: learningController,
  ewma: () => createMovingAverageDraftLength(),
  adaedl: () => stopByEntropy(createFixedDraftLength(longest)),
  'specdec++': () =>
    stopAboveRejection(createFixedDraftLength(longest), createBetaSurvival(), rejectionThreshold),
} as const satisfies Record<string, (drafter: Drafter | undefined) => DraftLengthController>;
type RuleName = keyof typeof rules;

export type DraftLength = number | 'auto' | RuleName;

export function parseDraftLength(text: string): DraftLength {
  if (text === 'auto' || Object.hasOwn(rules, text)) return text as 'auto' | RuleName;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 63) {
    const names = Object.keys(rules).map((name) => `"${name}"`);
    throw new UsageError(`--draft-length takes "auto", ${names.join(', ')} or a whole number from 0 to 63.`);
  }
  return value;
}

export const draftLengthOption = new Option(
  '--draft-length <n>',
  'tokens to draft a round; "auto" measures pass costs first and adapts, 0 included; "learn" adapts without; "ewma", "adaedl" and "specdec++" are published rules (with --tree: all of the tree; with --combine merge: 4 for each drafter)',
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
  if (typeof length === 'number') return createFixedDraftLength(length);
  if (length !== 'auto') return rules[length](drafter);
  if (roundCosts === undefined) return createFixedDraftLength(0);
  return adaptiveController(roundCosts, expectedAcceptance(drafter), draftsByPasses(drafter, draft));
}

const learning = new WeakMap<Drafter, DraftLengthController>();

/** What is learnt of a drafter stays with it. */
function learningController(drafter: Drafter | undefined): DraftLengthController {
  if (drafter === undefined) return createFixedDraftLength(0);
  const controller =
    learning.get(drafter) ?? createLearningDraftLength({ priorAcceptance: expectedAcceptance(drafter) });
  learning.set(drafter, controller);
  return controller;
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
