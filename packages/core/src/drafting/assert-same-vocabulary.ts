import type { LanguageModel } from '../contract/language-model.js';
import { VocabularyMismatchError } from '../errors/vocabulary-mismatch-error.js';
import { type VocabularyDifference, vocabularyDifference } from './vocabulary-difference.js';

/**
 * Checks that two models have the same tokens with the same ids; O(vocabulary) the first time.
 *
 * @throws VocabularyMismatchError naming the first differences, what is shared, and the way across that fits it.
 */
export function assertSameVocabulary(target: LanguageModel, draft: LanguageModel): void {
  const difference = vocabularyDifference(target, draft);
  if (difference !== undefined) throw vocabularyMismatch(target, draft, difference);
}

export function vocabularyMismatch(
  target: LanguageModel,
  draft: LanguageModel,
  { text, sharesMost }: VocabularyDifference,
): VocabularyMismatchError {
  const ways = [
    'by token intersection (createTokenIntersectionDrafter, --foreign-draft tli)',
    'by string match (createStringMatchDrafter, --foreign-draft slem)',
  ];
  const [fitting, other] = sharesMost ? ways : ways.toReversed();
  return new VocabularyMismatchError(
    `The draft ${draft.name} has another vocabulary than the target ${target.name}: ${text}. Choose a draft of the target's family, or draft across vocabularies: ${fitting}, which fits better here, or ${other}.`,
  );
}
