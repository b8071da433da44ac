import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftBudget, Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import { ClosedError } from '../errors/closed-error.js';
import { assertRollback } from './assert-rollback.js';
import { DraftSequence } from './draft-sequence.js';
import { type DraftVocabulary, sameVocabulary } from './draft-vocabulary.js';
import { drawChain } from './draw-chain.js';
import { inVocabularyOf } from './in-vocabulary-of.js';
import { OwnTransform, softenedTransform } from './own-transform.js';
import { relativeSize } from './relative-size.js';
import { TextWindow } from './text-window.js';

export interface ModelDrafterOptions {
  /** The draft model, on any backend. The caller closes it. */
  readonly model: LanguageModel;
  /** The target that it drafts for: their vocabularies are compared here, once. */
  readonly target: LanguageModel;
}

/**
 * Drafts a chain with a smaller model of the same vocabulary (`inVocabularyOf`), token by token (Leviathan et al.
 * 2211.17192, Chen et al. 2302.01318). Its logits pass through the target's own transformation.
 *
 * It stays in step by comparing what its cache holds with the committed tokens, so it may be skipped
 * for any number of rounds.
 *
 * @throws VocabularyMismatchError where the two models' tokens differ; UnsupportedError for a draft model that
 *   cannot be rolled back.
 */
export function createModelDrafter({ model, target }: ModelDrafterOptions): Drafter {
  assertRollback(model, 'draft model');
  return new ModelDrafter(inVocabularyOf(target, model), target, sameVocabulary);
}

/** A chain drawn from a model token by token, whatever its vocabulary. */
export class ModelDrafter implements Drafter {
  readonly name: string;
  readonly window: number;
  readonly relativeSize: number | undefined;
  readonly #model: LanguageModel;
  readonly #vocabulary: DraftVocabulary;
  readonly #window: TextWindow;
  readonly #sequence: DraftSequence;
  readonly #transform = new OwnTransform();
  readonly #softened = softenedTransform();
  #closed = false;

  constructor(
    model: LanguageModel,
    target: LanguageModel,
    vocabulary: DraftVocabulary,
    name: string = model.name,
  ) {
    this.#model = model;
    this.#vocabulary = vocabulary;
    this.#window = new TextWindow(model);
    this.#sequence = new DraftSequence(model);
    this.name = name;
    this.window = this.#window.size;
    this.relativeSize = relativeSize(model, target);
  }

  async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    if (this.#closed) throw new ClosedError(`The drafter ${this.name} is closed.`);
    context.signal?.throwIfAborted();
    const transform = this.#transform.of(context.transform);
    const vocabulary = this.#vocabulary;
    // The same text in the draft model's tokens.
    const text = [...this.#window.of(vocabulary.contextTokens(context.tokens))];
    // Drafting k tokens reads all but the last of them.
    const room = text.length === 0 ? 0 : this.#model.contextLength - text.length + 1;
    const length = Math.min(budget.maximumTokens, room);
    let row: Float32Array = new Float32Array();
    return drawChain(
      this.name,
      context,
      length,
      async (history, node) => {
        if (node > 0) text.push(vocabulary.draftToken(history.at(-1) as number));
        row = (await this.#sequence.read(text, [], context.signal)).read(0);
        return vocabulary.distribution(transform, row, history, node);
      },
      (history) => vocabulary.distribution(this.#softened.of(context.transform), row, history, 0),
    );
  }

  observe(): void {
    // Nothing to learn: the next propose compares the cache with the committed tokens.
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#sequence.close();
  }
}
