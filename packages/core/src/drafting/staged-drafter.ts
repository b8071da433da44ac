import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftBudget, Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { draftRows } from '../decoding/draft-rows.js';
import { isChain } from '../decoding/draft-shape.js';
import { emptyDraft } from '../decoding/empty-draft.js';
import { ClosedError } from '../errors/closed-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { InvalidDraftError } from '../errors/invalid-draft-error.js';
import { UnsupportedError } from '../errors/unsupported-error.js';
import { derivedRandom } from '../random/derived-random.js';
import type { RequestRandom } from '../random/request-random.js';
import { probabilityOf } from '../sampling/draw.js';
import type { LogitsTransform } from '../sampling/logits-transform.js';
import { resolveRule } from '../verification/rules.js';
import { validateDraft } from '../verification/validate-draft.js';
import { assertRollback } from './assert-rollback.js';
import { chainDraft } from './chain-draft.js';
import { DraftSequence } from './draft-sequence.js';
import { inVocabularyOf } from './in-vocabulary-of.js';
import { OwnTransform, softenedTransform } from './own-transform.js';
import { relativeSize } from './relative-size.js';
import { TextWindow } from './text-window.js';

const defaultStageLength = 4;
/** The inner drafter's stage in the keys of randomness. */
const innerStage = 1;

export interface StagedDrafterOptions {
  /** The draft model, on any backend. The caller closes it. */
  readonly model: LanguageModel;
  /** The target that it drafts for: their vocabularies are compared here, once. */
  readonly target: LanguageModel;
  /**
   * Proposes the draft model's next tokens, in its vocabulary; a staged drafter makes one stage more. Closed with
   * this one.
   */
  readonly drafter: Drafter;
  /** Most tokens that the inner drafter proposes for one pass of the draft model, 1 or more; default 4. */
  readonly stageLength?: number | undefined;
  /** The exact rule between inner drafter and draft model, or its name; default `block`. */
  readonly rule?: VerificationRule | string | undefined;
}

/**
 * A draft model whose own tokens are speculated by a cheaper drafter (Spector and Re 2308.04623, section 3.2), to any
 * depth. Each inner round is one of speculative decoding: the inner drafter proposes, one pass of the draft model
 * checks, an exact rule keeps or replaces. So the drafted tokens are distributed as if drawn from the draft model one
 * by one, and every node reports the draft model's law after the drafted tokens before it.
 *
 * Tokens are dropped only for their position, where the last inner round goes beyond the asked length. To leave out
 * those that the inner rule put in the place of rejected ones would change the law of the others.
 *
 * @throws VocabularyMismatchError where the two models' tokens differ; UnsupportedError for a draft model that cannot
 *   be rolled back, or an inner drafter that needs hidden states; InvalidArgumentError for a rule that is not exact or
 *   a stage length below 1.
 */
export function createStagedDrafter(options: StagedDrafterOptions): Drafter {
  const { model, target, drafter, stageLength = defaultStageLength } = options;
  const rule = resolveRule(options.rule ?? 'block');
  if (!rule.exact) {
    throw new InvalidArgumentError(
      `The rule ${rule.name} is not exact: under it the drafted tokens would not have the draft model's law.`,
    );
  }
  if (!Number.isInteger(stageLength) || stageLength < 1) {
    throw new InvalidArgumentError(`stageLength must be a whole number of at least 1, not ${stageLength}.`);
  }
  if (drafter.needsHiddenStates === true) {
    throw new UnsupportedError(
      `${drafter.name} drafts from the target's hidden states, and a stage guesses the tokens of the draft model, beyond what the target has read. Combine it with the draft model instead.`,
    );
  }
  assertRollback(model, 'draft model');
  return new StagedDrafter(inVocabularyOf(target, model), target, drafter, rule, stageLength);
}

/** What one round's stages share. */
interface Stage {
  readonly context: DraftContext;
  readonly transform: LogitsTransform;
  readonly random: RequestRandom;
  /** Committed tokens, then the tokens drafted so far. */
  readonly history: number[];
  /** As much of it as the draft model reads. */
  readonly text: number[];
}

class StagedDrafter implements Drafter {
  readonly name: string;
  readonly window: number;
  readonly relativeSize: number | undefined;
  readonly #model: LanguageModel;
  readonly #inner: Drafter;
  readonly #rule: VerificationRule;
  readonly #stageLength: number;
  readonly #window: TextWindow;
  readonly #sequence: DraftSequence;
  readonly #transform = new OwnTransform();
  readonly #softened = softenedTransform();
  #closed = false;

  constructor(
    model: LanguageModel,
    target: LanguageModel,
    inner: Drafter,
    rule: VerificationRule,
    stageLength: number,
  ) {
    this.#model = model;
    this.#inner = inner;
    this.#rule = rule;
    this.#stageLength = stageLength;
    this.#window = new TextWindow(model);
    this.#sequence = new DraftSequence(model);
    this.window = this.#window.size;
    this.relativeSize = relativeSize(model, target);
    this.name = `${model.name} after ${inner.name}`;
  }

  async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    if (this.#closed) throw new ClosedError(`The drafter ${this.name} is closed.`);
    context.signal?.throwIfAborted();
    const stage: Stage = {
      context,
      transform: this.#transform.of(context.transform),
      random: derivedRandom(context.random, innerStage),
      history: [...context.tokens],
      text: [...this.#window.of(context.tokens)],
    };
    const tokens: number[] = [];
    const distributions: Distribution[] = [];
    // Drafting k tokens reads all but the last of them.
    const length = Math.min(budget.maximumTokens, this.#model.contextLength - stage.text.length + 1);
    let stopped = false;
    while (tokens.length < length && !stopped) {
      const { committed, rows, lawAt } = await this.#innerRound(stage, length - tokens.length, tokens.length);
      for (const [index, token] of committed.entries()) {
        const distribution = rows[index] as Distribution;
        tokens.push(token);
        distributions.push(distribution);
        const probability = probabilityOf(distribution, token);
        const modelLaw = (): Distribution => lawAt(index);
        stopped = context.shouldStop?.({ token, probability, depth: tokens.length - 1, modelLaw }) === true;
        if (stopped) break;
      }
      stage.history.push(...committed);
      stage.text.push(...committed);
    }
    return chainDraft(this.name, tokens, distributions);
  }

  observe(): void {
    // Nothing to learn: the inner drafter has seen its outcomes, and caches are compared with the committed tokens.
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#sequence.close();
    await this.#inner.close();
  }

  /**
   * One round of speculative decoding with the draft model as the target: 1 to `limit` tokens, the draft model's
   * law at the position of each, and how it saw the position (`DraftedToken.modelLaw`), until the next round.
   *
   * @param slot the transform's first row to write to.
   */
  async #innerRound(
    { context, transform, random, history, text }: Stage,
    limit: number,
    slot: number,
  ): Promise<{ committed: number[]; rows: Distribution[]; lawAt: (index: number) => Distribution }> {
    const { signal } = context;
    const round = random.round(history.length);
    const askedLength = Math.min(
      limit - 1,
      this.#stageLength,
      this.#model.capabilities.maximumPassTokens - 1,
    );
    const draft = await this.#proposeInner({ ...context, tokens: history, random: round }, askedLength);
    const logits = await this.#sequence.read(text, draft.tokens, signal);
    const rows = draftRows(draft, logits, transform, history, this.#rule, slot);
    const outcome = this.#rule.verify(draft, rows, random.verification(this.#rule, draft, history.length));
    const accepted = outcome.acceptedPath.map((node) => draft.tokens[node] as number);
    const committed = [...accepted, outcome.nextToken];
    if (askedLength > 0) {
      this.#inner.observe({
        acceptedPath: outcome.acceptedPath,
        committedTokens: committed,
        committedLength: history.length + committed.length,
        hiddenRows: undefined,
      });
    }
    const lawAt = (index: number): Distribution =>
      context.transform.greedy
        ? this.#softened
            .of(context.transform)
            .apply(logits.read(index), [...history, ...committed.slice(0, index)], 0)
        : (rows[index] as Distribution);
    return { committed, rows, lawAt };
  }

  async #proposeInner(context: DraftContext, askedLength: number): Promise<Draft> {
    if (askedLength === 0) return emptyDraft;
    const draft = await this.#inner.propose(
      // The outer controller stops the outer draft, and the hidden states are the target's.
      { ...context, shouldStop: undefined, targetHiddenRows: undefined },
      { maximumTokens: askedLength, maximumLeaves: 1 },
    );
    validateDraft(draft, this.#model.vocabularySize);
    if (!isChain(draft)) {
      throw new InvalidDraftError(
        `${this.#inner.name} proposed a tree to ${this.name}, which asked for a chain.`,
      );
    }
    return draft;
  }
}
