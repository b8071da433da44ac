import { InvalidArgumentError as UsageError, Option } from '@commander-js/extra-typings';
import {
  createBetaSurvival,
  createFixedDraftLength,
  createMovingAverageDraftLength,
  type Drafter,
  type LanguageModel,
  type DraftLengthController,
  stopAboveRejection,
  stopBelowConfidence,
  stopByEntropy,
} from '@foretoken/core';

/** Of the published rules that are there to compare with. */
const longest = 15;
const rejectionThreshold = 0.7;
/** `assistant_confidence_threshold` of Hugging Face's transformers. */
const confidenceThreshold = 0.4;

/** Published rules, by name. */
const rules = {
  confidence: () => stopBelowConfidence(createFixedDraftLength(longest), confidenceThreshold),
  ewma: () => createMovingAverageDraftLength(),
  adaedl: () => stopByEntropy(createFixedDraftLength(longest)),
  'specdec++': () =>
    stopAboveRejection(createFixedDraftLength(longest), createBetaSurvival(), rejectionThreshold),
} as const satisfies Record<string, () => DraftLengthController>;
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
  'tokens to draft a round; "auto" learns what pays, 0 included; "confidence", "ewma", "adaedl" and "specdec++" are published rules (with --tree: all of the tree; with --combine merge: 4 for each drafter)',
)
  .argParser(parseDraftLength)
  .default('auto' as DraftLength);

/** A fresh controller; undefined for the automatic one, which the core makes and keeps with the drafter. */
export function draftLengthController(length: DraftLength): DraftLengthController | undefined {
  if (typeof length === 'number') return createFixedDraftLength(length);
  return length === 'auto' ? undefined : rules[length]();
}

/** True where a draft takes passes of a model or a head. */
export function draftsByPasses(drafter: Drafter | undefined, draft: LanguageModel | undefined): boolean {
  return draft !== undefined || drafter?.needsHiddenStates === true;
}
