import type { ForwardOptions, ForwardRequest } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';

/**
 * A model whose passes are told of: with what a pass costs, a test or a simulation moves its own clock.
 *
 * @param onPass called before every pass with the number of its new tokens.
 */
export function createTimedModel(model: LanguageModel, onPass: (tokens: number) => void): LanguageModel {
  const timed: LanguageModel = {
    name: model.name,
    tokenizer: model.tokenizer,
    vocabularySize: model.vocabularySize,
    contextLength: model.contextLength,
    capabilities: model.capabilities,
    createSequence: () => model.createSequence(),
    forward(requests: readonly ForwardRequest[], options?: ForwardOptions) {
      onPass(requests.reduce((sum, { tokens }) => sum + tokens.length, 0));
      return model.forward(requests, options);
    },
    memory: () => model.memory(),
    close: () => model.close(),
  };
  return timed;
}
