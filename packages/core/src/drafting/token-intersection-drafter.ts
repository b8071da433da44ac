import type { Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import type { Tokenizer } from '../contract/tokenizer.js';
import { encodePrompt } from '../decoding/encode-prompt.js';
import { NonFiniteLogitsError } from '../errors/non-finite-logits-error.js';
import { VocabularyMismatchError } from '../errors/vocabulary-mismatch-error.js';
import { assertRollback } from './assert-rollback.js';
import { wholeText } from './committed-text.js';
import type { DraftVocabulary } from './draft-vocabulary.js';
import { ModelDrafter } from './model-drafter.js';
import { type SharedTokens, sharedTokens } from './shared-tokens.js';

export interface TokenIntersectionOptions {
  /** The draft model, of any vocabulary, on any backend. The caller closes it. */
  readonly model: LanguageModel;
  /** The target that it drafts for. */
  readonly target: LanguageModel;
}

/**
 * Drafts with a model of another vocabulary by token-level intersection (TLI, Timor et al. 2502.05202, algorithm 4): of
 * the draft model's law only the tokens stay whose text is a token of the target too, renormalised. The drafted token
 * is drawn from that law, and it is what is reported, so the output keeps the target's distribution.
 *
 * The draft model reads the committed text in its own tokens. Where growing text changes how it is split, the cache is
 * rolled back to the tokens that stayed. No draft is made where the text ends inside a character.
 *
 * @throws VocabularyMismatchError where no token is in both vocabularies; UnsupportedError for a draft model that
 *   cannot be rolled back.
 */
export function createTokenIntersectionDrafter({ model, target }: TokenIntersectionOptions): Drafter {
  assertRollback(model, 'draft model');
  const shared = sharedTokens(target.tokenizer, model.tokenizer);
  if (shared.target.length === 0) {
    throw new VocabularyMismatchError(
      `No token of the draft ${model.name} has the text of a token of the target ${target.name}: nothing can be drafted by token intersection. Draft by string match, or choose another draft.`,
    );
  }
  const vocabulary = tokenIntersection(target.tokenizer, model.tokenizer, shared);
  return new ModelDrafter(model, target, vocabulary, `${model.name} (tli)`);
}

/** The target's vocabulary as a draft model of another one sees it. */
function tokenIntersection(target: Tokenizer, draft: Tokenizer, shared: SharedTokens): DraftVocabulary {
  // Outside the intersection the row stays impossible, so the transformation itself renormalises.
  const row = new Float32Array(target.vocabularySize).fill(Number.NEGATIVE_INFINITY);
  return {
    contextTokens(tokens) {
      const text = wholeText(target, tokens);
      return text === undefined ? [] : encodePrompt(draft, text);
    },
    distribution(transform, logits, history, slot) {
      for (let pair = 0; pair < shared.target.length; pair++)
        row[shared.target[pair] as number] = logits[shared.draft[pair] as number] as number;
      try {
        return transform.apply(row, history, slot);
      } catch (error) {
        // Every shared token is impossible, or forbidden by a mask: there is no law to draw from.
        if (error instanceof NonFiniteLogitsError && row.every((logit) => logit < Number.POSITIVE_INFINITY))
          return undefined;
        throw error;
      }
    },
    draftToken: (token) => shared.draftTokens.get(token) as number,
  };
}
