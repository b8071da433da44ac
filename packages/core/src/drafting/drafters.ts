import type { Drafter } from '../contract/drafter.js';
import type { HeadModel } from '../contract/head-model.js';
import type { LanguageModel } from '../contract/language-model.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { createInputCopyDrafter } from './input-copy-drafter.js';
import { createCombinedDrafter } from './combined-drafter.js';
import { createEagleDrafter, type HeadDrafterOptions } from './heads/eagle-drafter.js';
import { createMlpSpeculatorDrafter } from './heads/mlp-speculator-drafter.js';
import { createModelDrafter } from './model-drafter.js';
import { createNGramDrafter } from './n-gram-drafter.js';
import { createModelTreeDrafter } from './model-tree-drafter.js';
import { createPromptLookupDrafter } from './prompt-lookup-drafter.js';
import { createStagedDrafter } from './staged-drafter.js';
import { createStringMatchDrafter } from './string-match-drafter.js';
import { createTokenIntersectionDrafter } from './token-intersection-drafter.js';

/** The models that drafters are made with. */
export interface DrafterModels {
  readonly target: LanguageModel;
  readonly draft?: LanguageModel | undefined;
  /** Heads of the target, by the name of the drafter that uses each. */
  readonly heads?: ReadonlyMap<string, HeadModel> | undefined;
}

/** How a drafter of this package is made with its default options. */
export interface DrafterFactory {
  readonly name: string;
  /** True where it drafts with a second model. */
  readonly needsDraftModel: boolean;
  /** The form of the head that it drafts with, where it drafts with one. */
  readonly needsHead?: 'eagle' | 'mlp-speculator';
  /** True where it may propose branches, within the budget's leaves. Default false. */
  readonly trees?: boolean;
  /** @throws InvalidArgumentError where it needs a draft model or head and gets none; what the drafter itself throws. */
  create(models: DrafterModels): Drafter;
}

function withDraftModel(
  name: string,
  create: (models: { readonly target: LanguageModel; readonly model: LanguageModel }) => Drafter,
): DrafterFactory {
  return {
    name,
    needsDraftModel: true,
    create({ target, draft }) {
      if (draft === undefined) {
        throw new InvalidArgumentError(
          `The drafter ${name} needs a draft model: load one beside the target.`,
        );
      }
      return create({ target, model: draft });
    },
  };
}

/** Eager: what is tested should draft often, whether or not that would pay. */
const eagerLookup = () =>
  createPromptLookupDrafter({ minimumMatch: 1, lengthFactor: Number.POSITIVE_INFINITY });

function withHead(
  name: string,
  needsHead: NonNullable<DrafterFactory['needsHead']>,
  create: (options: HeadDrafterOptions) => Drafter,
): DrafterFactory {
  return {
    name,
    needsDraftModel: false,
    needsHead,
    create({ target, heads }) {
      const head = heads?.get(name);
      if (head === undefined) {
        throw new InvalidArgumentError(`The drafter ${name} needs a head of the target: load one beside it.`);
      }
      return create({ target, head });
    },
  };
}

const mlpSpeculator = withHead('mlp-speculator', 'mlp-speculator', createMlpSpeculatorDrafter);
const eagle = withHead('eagle', 'eagle', createEagleDrafter);
const hass = withHead('hass', 'eagle', createEagleDrafter);
const modelDrafter = withDraftModel('draft-model', createModelDrafter);
const staged = withDraftModel('staged', (models) =>
  createStagedDrafter({ ...models, drafter: eagerLookup() }),
);
const combined = withDraftModel('combined', (models) =>
  createCombinedDrafter({ drafters: [eagerLookup(), createModelDrafter(models)] }),
);
const tokenIntersection = withDraftModel('token-intersection', createTokenIntersectionDrafter);
const stringMatch = withDraftModel('string-match', createStringMatchDrafter);
const modelTreeDrafter: DrafterFactory = {
  ...withDraftModel('draft-tree', (models) =>
    createModelTreeDrafter({ ...models, tree: { kind: 'static', widths: [2, 2, 1] } }),
  ),
  trees: true,
};

const promptLookup: DrafterFactory = {
  name: 'prompt-lookup',
  needsDraftModel: false,
  create: eagerLookup,
};

const inputCopy: DrafterFactory = {
  name: 'input-copy',
  needsDraftModel: false,
  create: () => createInputCopyDrafter(),
};

const nGram: DrafterFactory = {
  name: 'n-gram',
  needsDraftModel: false,
  create: () => createNGramDrafter(),
};

/** Every drafter of this package by name. What runs over all of them (the audit) covers what is added here. */
export const drafterFactories: ReadonlyMap<string, DrafterFactory> = new Map(
  [
    modelDrafter,
    modelTreeDrafter,
    promptLookup,
    nGram,
    inputCopy,
    staged,
    combined,
    tokenIntersection,
    stringMatch,
    mlpSpeculator,
    eagle,
    hass,
  ].map((factory) => [factory.name, factory]),
);
