import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftBudget, Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import { ClosedError } from '../errors/closed-error.js';
import { drawToken, probabilityOf } from '../sampling/draw.js';
import { assertRollback } from './assert-rollback.js';
import { assertSameVocabulary } from './assert-same-vocabulary.js';
import { chainDraft } from './chain-draft.js';
import { DraftSequence } from './draft-sequence.js';
import { type DraftVocabulary, sameVocabulary } from './draft-vocabulary.js';
import { OwnTransform } from './own-transform.js';

export interface ModelDrafterOptions {
  /** The draft model, on any backend. The caller closes it. */
  readonly model: LanguageModel;
  /** The target that it drafts for: their vocabularies are compared here, once. */
  readonly target: LanguageModel;
}

/**
 * Drafts a chain with a smaller model of the same vocabulary, token by token (Leviathan et al.
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
  assertSameVocabulary(target, model);
  return new ModelDrafter(model, sameVocabulary);
}

/** A chain drawn from a model token by token, whatever its vocabulary. */
export class ModelDrafter implements Drafter {
  readonly name: string;
  readonly #model: LanguageModel;
  readonly #vocabulary: DraftVocabulary;
  readonly #sequence: DraftSequence;
  readonly #transform = new OwnTransform();
  #closed = false;

  constructor(model: LanguageModel, vocabulary: DraftVocabulary) {
    this.#model = model;
    this.#vocabulary = vocabulary;
    this.#sequence = new DraftSequence(model);
    this.name = model.name;
  }

  async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    if (this.#closed) throw new ClosedError(`The drafter ${this.name} is closed.`);
    context.signal?.throwIfAborted();
    const transform = this.#transform.of(context.transform);
    const vocabulary = this.#vocabulary;
    const history = [...context.tokens];
    // The same text in the draft model's tokens.
    const text = [...vocabulary.contextTokens(history)];
    const tokens: number[] = [];
    const distributions: Distribution[] = [];
    // Drafting k tokens reads all but the last of them.
    const room = text.length === 0 ? 0 : this.#model.contextLength - text.length + 1;
    const length = Math.min(budget.maximumTokens, room);
    for (let node = 0; node < length; node++) {
      const logits = await this.#sequence.read(text, [], context.signal);
      const distribution = vocabulary.distribution(transform, logits.read(0), history, node);
      if (distribution === undefined) break;
      const token = drawToken(distribution, context.random.uniform('draft', 0, node, 0));
      tokens.push(token);
      distributions.push(distribution);
      history.push(token);
      text.push(vocabulary.draftToken(token));
      const probability = probabilityOf(distribution, token);
      if (context.shouldStop?.({ token, probability, depth: node }) === true) break;
    }
    return chainDraft(this.name, tokens, distributions);
  }

  observe(): void {
    // Nothing to learn: the next propose compares the cache with the committed tokens.
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#sequence.close();
  }
}
