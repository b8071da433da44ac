import type { LanguageModel } from '../contract/language-model.js';
import type { Tokenizer } from '../contract/tokenizer.js';
import { VocabularyMismatchError } from '../errors/vocabulary-mismatch-error.js';

/** Tokenizers that were found to have the same vocabulary. */
const alike = new WeakMap<Tokenizer, WeakSet<Tokenizer>>();

/**
 * Checks that two models have the same tokens with the same ids; O(vocabulary) the first time.
 *
 * @throws VocabularyMismatchError naming the first difference.
 */
export function assertSameVocabulary(target: LanguageModel, draft: LanguageModel): void {
  if (target.vocabularySize !== draft.vocabularySize) {
    throw mismatch(target, draft, `${target.vocabularySize} tokens against ${draft.vocabularySize}`);
  }
  const known = alike.get(target.tokenizer) ?? new WeakSet();
  if (known.has(draft.tokenizer)) return;
  for (let token = 0; token < target.vocabularySize; token++) {
    const ours = target.tokenizer.tokenBytes(token);
    const theirs = draft.tokenizer.tokenBytes(token);
    if (ours.length !== theirs.length || ours.some((byte, index) => byte !== theirs[index])) {
      const [left, right] = [target, draft].map((model) => JSON.stringify(model.tokenizer.decode([token])));
      throw mismatch(target, draft, `token ${token} is ${left} in the one and ${right} in the other`);
    }
  }
  known.add(draft.tokenizer);
  alike.set(target.tokenizer, known);
}

function mismatch(target: LanguageModel, draft: LanguageModel, difference: string): VocabularyMismatchError {
  return new VocabularyMismatchError(
    `The draft ${draft.name} has another vocabulary than the target ${target.name}: ${difference}. Choose a draft of the target's family, or draft across vocabularies by token intersection (createTokenIntersectionDrafter, --foreign-draft tli) or string match (createStringMatchDrafter, --foreign-draft slem).`,
  );
}
