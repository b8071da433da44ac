import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftBudget, Drafter } from '../contract/drafter.js';
import type { ForwardResult } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import type { Sequence } from '../contract/sequence.js';
import { ClosedError } from '../errors/closed-error.js';
import { drawToken, probabilityOf } from '../sampling/draw.js';
import type { LogitsTransform } from '../sampling/logits-transform.js';
import { assertRollback } from './assert-rollback.js';
import { assertSameVocabulary } from './assert-same-vocabulary.js';
import { commonLength } from './common-length.js';

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
  return new ModelDrafter(model);
}

class ModelDrafter implements Drafter {
  readonly name: string;
  readonly #model: LanguageModel;
  /** The tokens in the sequence's cache. */
  readonly #cached: number[] = [];
  #sequence: Sequence | undefined;
  #transform: { readonly source: LogitsTransform; readonly own: LogitsTransform } | undefined;
  #closed = false;

  constructor(model: LanguageModel) {
    this.#model = model;
    this.name = model.name;
  }

  async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    if (this.#closed) throw new ClosedError(`The drafter ${this.name} is closed.`);
    const transform = this.#ownTransform(context.transform);
    const history = [...context.tokens];
    const tokens: number[] = [];
    const distributions: Distribution[] = [];
    // Drafting k tokens reads all but the last of them.
    const room = this.#model.contextLength - context.tokens.length + 1;
    const length = Math.min(budget.maximumTokens, room);
    let unread = length > 0 ? this.#unreadTokens(history) : [];
    for (let node = 0; node < length; node++) {
      const logits = await this.#read(unread, context.signal);
      const distribution = transform.apply(logits, history, node);
      const token = drawToken(distribution, context.random.uniform('draft', 0, node, 0));
      tokens.push(token);
      distributions.push(distribution);
      history.push(token);
      unread = [token];
      const probability = probabilityOf(distribution, token);
      if (context.shouldStop?.({ token, probability, depth: node }) === true) break;
    }
    return {
      tokens,
      parents: tokens.map((_, node) => node - 1),
      distributions,
      drafters: tokens.map(() => this.name),
    };
  }

  observe(): void {
    // Nothing to learn: the next propose compares the cache with the committed tokens.
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#sequence?.close();
    this.#sequence = undefined;
  }

  /** Drops what the cache holds beyond the history, and returns the tokens that it lacks. */
  #unreadTokens(history: readonly number[]): number[] {
    this.#sequence ??= this.#model.createSequence();
    // At least the last token is read again: its logits are what is wanted.
    const kept = Math.min(commonLength(this.#cached, history), history.length - 1);
    if (kept < this.#cached.length) {
      this.#sequence.doRollback(kept);
      this.#cached.length = kept;
    }
    return history.slice(kept);
  }

  /** One pass over new tokens; the logits after the last of them. */
  async #read(tokens: readonly number[], signal: AbortSignal | undefined): Promise<Float32Array> {
    const sequence = this.#sequence as Sequence;
    const [result] = await this.#model.forward([{ sequence, tokens, rows: 'last' }], { signal });
    this.#cached.push(...tokens);
    return (result as ForwardResult).logits.read(0);
  }

  /** Row buffers of its own: the target's rows use the request's. */
  #ownTransform(source: LogitsTransform): LogitsTransform {
    if (this.#transform?.source !== source) this.#transform = { source, own: source.clone() };
    return this.#transform.own;
  }
}
