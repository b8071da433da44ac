import type { Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { createModelDrafter } from './model-drafter.js';
import { createPromptLookupDrafter } from './prompt-lookup-drafter.js';

/** How a drafter of this package is made with its default options. */
export interface DrafterFactory {
  readonly name: string;
  /** True where it drafts with a second model. */
  readonly needsDraftModel: boolean;
  /** True where it may propose branches, within the budget's leaves. Default false. */
  readonly trees?: boolean;
  /** @throws InvalidArgumentError where it needs a draft model and gets none; what the drafter itself throws. */
  create(parts: { readonly target: LanguageModel; readonly draft?: LanguageModel | undefined }): Drafter;
}

const modelDrafter: DrafterFactory = {
  name: 'draft-model',
  needsDraftModel: true,
  create({ target, draft }) {
    if (draft === undefined) {
      throw new InvalidArgumentError(
        'The drafter draft-model needs a draft model: load one beside the target.',
      );
    }
    return createModelDrafter({ model: draft, target });
  },
};

const promptLookup: DrafterFactory = {
  name: 'prompt-lookup',
  needsDraftModel: false,
  create: () => createPromptLookupDrafter(),
};

/** Every drafter of this package by name. What runs over all of them (the audit) covers what is added here. */
export const drafterFactories: ReadonlyMap<string, DrafterFactory> = new Map(
  [modelDrafter, promptLookup].map((factory) => [factory.name, factory]),
);
