import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftOutcome } from '../contract/draft-outcome.js';
import type { DraftBudget, Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import { ClosedError } from '../errors/closed-error.js';
import { drawToken } from '../sampling/draw.js';
import { assertRollback } from './assert-rollback.js';
import { inVocabularyOf } from './in-vocabulary-of.js';
import { relativeSize } from './relative-size.js';
import { ModelStepper } from './tree/model-stepper.js';
import { createTreeGrowth, type DraftTreeKind, type TreeGrowth } from './tree/tree-growth.js';

export interface ModelTreeDrafterOptions {
  /** The draft model, on any backend. The caller closes it. */
  readonly model: LanguageModel;
  /** The target that it drafts for: their vocabularies are compared here, once. */
  readonly target: LanguageModel;
  readonly tree: DraftTreeKind;
}

/**
 * Drafts trees with a smaller model of the same vocabulary, one pass a level. Its logits pass through the target's own
 * transformation. Under a rule that takes no trees, or none with such siblings, it drafts a chain.
 *
 * It stays in step by comparing what its cache holds with the committed tokens, so it may be skipped
 * for any number of rounds.
 *
 * @throws VocabularyMismatchError where the two models' tokens differ; UnsupportedError for a draft model that
 *   cannot be rolled back; InvalidArgumentError for a tree out of its ranges.
 */
export function createModelTreeDrafter({ model, target, tree }: ModelTreeDrafterOptions): Drafter {
  assertRollback(model, 'draft model');
  const growth = createTreeGrowth(tree);
  return new ModelTreeDrafter(inVocabularyOf(target, model), target, growth);
}

class ModelTreeDrafter implements Drafter {
  readonly name: string;
  readonly window: number;
  readonly relativeSize: number | undefined;
  readonly #model: LanguageModel;
  readonly #growth: TreeGrowth;
  readonly #stepper: ModelStepper;
  #closed = false;

  constructor(model: LanguageModel, target: LanguageModel, growth: TreeGrowth) {
    this.name = model.name;
    this.#model = model;
    this.#growth = growth;
    this.#stepper = new ModelStepper(model);
    this.window = this.#stepper.window.size;
    this.relativeSize = relativeSize(model, target);
  }

  async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    if (this.#closed) throw new ClosedError(`The drafter ${this.name} is closed.`);
    const { tokens, random, signal, transform, shouldStop } = context;
    const stepper = this.#stepper;
    const tree = await this.#growth.grow({
      begin: (own) => stepper.begin({ tokens, transform: own, signal }),
      transform,
      limits: {
        maximumTokens: budget.maximumTokens,
        maximumLeaves: budget.maximumLeaves,
        // A tree of depth d reads all levels but the last.
        maximumDepth: Math.max(0, this.#model.contextLength - stepper.window.of(tokens).length + 1),
        maximumExpanded: stepper.maximumWidth,
        maximumInner: stepper.maximumNodes,
      },
      independentSiblings: budget.independentSiblings === true,
      draw: (distribution, node) => drawToken(distribution, random.uniform('draft', 0, node, 0)),
      shouldStop,
    });
    return tree.toDraft(this.name);
  }

  observe({ acceptedPath }: DraftOutcome): void {
    this.#growth.observe(acceptedPath);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stepper.close();
  }
}
