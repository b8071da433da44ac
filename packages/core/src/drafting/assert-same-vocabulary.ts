import type { LanguageModel } from '../contract/language-model.js';
import { VocabularyMismatchError } from '../errors/vocabulary-mismatch-error.js';

/**
 * Checks that two models have the same tokens with the same ids; O(vocabulary).
 *
 * @throws VocabularyMismatchError naming the first difference.
 */
export function assertSameVocabulary(target: LanguageModel, draft: LanguageModel): void {
  if (target.vocabularySize !== draft.vocabularySize) {
    throw mismatch(target, draft, `${target.vocabularySize} tokens against ${draft.vocabularySize}`);
  }
  for (let token = 0; token < target.vocabularySize; token++) {
    const ours = target.tokenizer.tokenBytes(token);
    const theirs = draft.tokenizer.tokenBytes(token);
    if (ours.length !== theirs.length || ours.some((byte, index) => byte !== theirs[index])) {
      const [left, right] = [target, draft].map((model) => JSON.stringify(model.tokenizer.decode([token])));
      throw mismatch(target, draft, `token ${token} is ${left} in the one and ${right} in the other`);
    }
  }
}

function mismatch(target: LanguageModel, draft: LanguageModel, difference: string): VocabularyMismatchError {
  return new VocabularyMismatchError(
    `The draft ${draft.name} has another vocabulary than the target ${target.name}: ${difference}. Choose a draft of the target's family, or draft across vocabularies by token intersection (createTokenIntersectionDrafter, --foreign-draft tli) or string match (createStringMatchDrafter, --foreign-draft slem).`,
  );
}
