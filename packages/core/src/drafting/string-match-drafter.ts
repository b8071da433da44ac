import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftBudget, Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import type { Tokenizer } from '../contract/tokenizer.js';
import { encodePrompt } from '../decoding/encode-prompt.js';
import { ClosedError } from '../errors/closed-error.js';
import { oneHot } from '../sampling/draw.js';
import { largestLogit } from '../sampling/largest-logit.js';
import { assertRollback } from './assert-rollback.js';
import { chainDraft } from './chain-draft.js';
import { wholeText } from './committed-text.js';
import { DraftSequence } from './draft-sequence.js';
import { relativeSize } from './relative-size.js';
import { TextWindow } from './text-window.js';

export interface StringMatchOptions {
  /** The draft model, of any vocabulary, on any backend. The caller closes it. */
  readonly model: LanguageModel;
  /** The target that it drafts for. */
  readonly target: LanguageModel;
}

/** The target's last tokens before the draft that are split again together with it. */
const tailLength = 8;
/** A draft of n tokens may take this many times n of the draft model's. */
const mostPassesPerToken = 2;

/**
 * Drafts with a model of another vocabulary by string-level exact match (SLEM, Timor et al. 2502.05202, algorithm 2;
 * universal assisted generation): the draft model writes its most likely text in its own tokens, the text is split into
 * the target's, and these are proposed. They are deterministic guesses, so every distribution is one-hot and the output
 * keeps the target's distribution.
 *
 * The draft model reads the committed text in its own tokens; where growing text changes how it is split, the cache is
 * rolled back to the tokens that stayed. Its text is the greedy one whatever the sampling settings: a one-hot guess is
 * accepted with the target's probability for it, and no other choice is better on average.
 *
 * @throws UnsupportedError for a draft model that cannot be rolled back.
 */
export function createStringMatchDrafter({ model, target }: StringMatchOptions): Drafter {
  assertRollback(model, 'draft model');
  return new StringMatchDrafter(model, target);
}

class StringMatchDrafter implements Drafter {
  readonly name: string;
  readonly window: number;
  readonly relativeSize: number | undefined;
  readonly #model: LanguageModel;
  readonly #target: Tokenizer;
  readonly #window: TextWindow;
  readonly #sequence: DraftSequence;
  #closed = false;

  constructor(model: LanguageModel, target: LanguageModel) {
    this.#model = model;
    this.#target = target.tokenizer;
    this.#window = new TextWindow(model);
    this.#sequence = new DraftSequence(model);
    this.name = `${model.name} (slem)`;
    this.window = this.#window.size;
    this.relativeSize = relativeSize(model, target);
  }

  async propose(context: DraftContext, { maximumTokens }: DraftBudget): Promise<Draft> {
    if (this.#closed) throw new ClosedError(`The drafter ${this.name} is closed.`);
    context.signal?.throwIfAborted();
    const proposed = await this.#guess(context, maximumTokens);
    const stopped = proposed.findIndex(
      (token, depth) => context.shouldStop?.({ token, probability: 1, depth }) === true,
    );
    const tokens = stopped < 0 ? proposed : proposed.slice(0, stopped + 1);
    return chainDraft(this.name, tokens, tokens.map(oneHot));
  }

  observe(): void {
    // Nothing to learn: the next propose compares the cache with the committed text.
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#sequence.close();
  }

  /** At most `count` of the target's tokens. */
  async #guess({ tokens, signal }: DraftContext, count: number): Promise<readonly number[]> {
    const { tokenizer, contextLength } = this.#model;
    const committed = wholeText(this.#target, tokens);
    if (committed === undefined) return [];
    const text = [...this.#window.of(encodePrompt(tokenizer, committed))];
    if (text.length === 0) return [];
    const start = text.length;
    const room = Math.min(mostPassesPerToken * count, contextLength - start + 1);
    let guessed: readonly number[] = [];
    while (guessed.length < count && text.length - start < room) {
      const logits = await this.#sequence.read(text, [], signal);
      const token = largestLogit(logits.read(0));
      if (tokenizer.endTokens.includes(token)) break;
      text.push(token);
      const written = wholeText(tokenizer, text.slice(start));
      if (written !== undefined) guessed = continuation(this.#target, tokens, written);
    }
    return guessed.slice(0, count);
  }
}

/**
 * The tokens in which a tokenizer goes on after `tokens` with a text: those that end the split of the last tokens'
 * text and the new one together, since a tokenizer may split a text that stands alone otherwise. Where a token there
 * reaches over the seam, the new text's own split; empty where that puts something before the text.
 */
export function continuation(tokenizer: Tokenizer, tokens: readonly number[], text: string): number[] {
  const length = new TextEncoder().encode(text).length;
  const tail = tokenizer.decode(tokens.slice(-tailLength));
  return (
    lastTokens(tokenizer, tokenizer.encode(tail + text), length) ??
    lastTokens(tokenizer, tokenizer.encode(text), length) ??
    []
  );
}

/** The last of the tokens that have exactly `length` bytes; undefined where none end there. */
function lastTokens(tokenizer: Tokenizer, tokens: readonly number[], length: number): number[] | undefined {
  let from = tokens.length;
  let left = length;
  while (left > 0 && from > 0) {
    from -= 1;
    left -= tokenizer.tokenBytes(tokens[from] as number).length;
  }
  return left === 0 ? tokens.slice(from) : undefined;
}
