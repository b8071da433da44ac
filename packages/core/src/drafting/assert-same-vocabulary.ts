import type { LanguageModel } from '../contract/language-model.js';
import type { Tokenizer } from '../contract/tokenizer.js';
import { VocabularyMismatchError } from '../errors/vocabulary-mismatch-error.js';
import { vocabularyDifference } from './vocabulary-difference.js';

/** Tokenizers that were found to have the same vocabulary. */
const alike = new WeakMap<Tokenizer, WeakSet<Tokenizer>>();

/**
 * Checks that two models have the same tokens with the same ids; O(vocabulary) the first time.
 *
 * @throws VocabularyMismatchError naming the first differences, what is shared, and the way across that fits it.
 */
export function assertSameVocabulary(target: LanguageModel, draft: LanguageModel): void {
  const known = alike.get(target.tokenizer) ?? new WeakSet();
  if (known.has(draft.tokenizer)) return;
  const difference = vocabularyDifference(target, draft);
  if (difference !== undefined) {
    const ways = [
      'by token intersection (createTokenIntersectionDrafter, --foreign-draft tli)',
      'by string match (createStringMatchDrafter, --foreign-draft slem)',
    ];
    const [fitting, other] = difference.sharesMost ? ways : ways.toReversed();
    throw new VocabularyMismatchError(
      `The draft ${draft.name} has another vocabulary than the target ${target.name}: ${difference.text}. Choose a draft of the target's family, or draft across vocabularies: ${fitting}, which fits better here, or ${other}.`,
    );
  }
  known.add(draft.tokenizer);
  alike.set(target.tokenizer, known);
}
