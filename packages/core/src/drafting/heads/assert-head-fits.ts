import type { HeadModel } from '../../contract/head-model.js';
import type { LanguageModel } from '../../contract/language-model.js';
import { HeadMismatchError } from '../../errors/head-mismatch-error.js';
import { UnsupportedError } from '../../errors/unsupported-error.js';

/**
 * Checks that a head takes the hidden states that a target gives out, and predicts its tokens.
 *
 * @throws HeadMismatchError naming width or vocabulary; UnsupportedError for a target without hidden states.
 */
export function assertHeadFits(head: HeadModel, target: LanguageModel): void {
  const { hiddenStateWidth } = target.capabilities;
  if (hiddenStateWidth === undefined) {
    throw new UnsupportedError(
      `${target.name} gives out no hidden states, which the head ${head.name} drafts from. Choose another drafter.`,
    );
  }
  if (head.hiddenStateWidth !== hiddenStateWidth) {
    throw new HeadMismatchError(
      `The head ${head.name} takes hidden states of width ${head.hiddenStateWidth}, ${target.name} has ${hiddenStateWidth}. Choose a head that was trained for this target.`,
    );
  }
  if (head.vocabularySize !== target.vocabularySize) {
    throw new HeadMismatchError(
      `The head ${head.name} has a vocabulary of ${head.vocabularySize} tokens, ${target.name} has ${target.vocabularySize}. Choose a head that was trained for this target.`,
    );
  }
}
