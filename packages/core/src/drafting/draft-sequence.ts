import type { ForwardResult } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import type { LogitsHandle } from '../contract/logits-handle.js';
import type { Sequence } from '../contract/sequence.js';
import { commonLength } from './common-length.js';

/**
 * A draft model's sequence that follows any text. It compares what its cache holds with the text it is asked about,
 * keeps the longest common prefix and reads the rest, so it may be skipped, or given another text, at any time.
 */
export class DraftSequence {
  readonly #model: LanguageModel;
  /** The tokens in the sequence's cache. */
  readonly #cached: number[] = [];
  #sequence: Sequence | undefined;

  constructor(model: LanguageModel) {
    this.#model = model;
  }

  /**
   * The logits after `history` and after each of the `guesses` that continue it; `guesses.length + 1` rows. One pass,
   * or two where the unread part of the history leaves no room for the guesses.
   *
   * @param history the model's own token ids, at least 1.
   * @param guesses at most `capabilities.maximumPassTokens` less one.
   */
  async read(
    history: readonly number[],
    guesses: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<LogitsHandle> {
    let unread = this.#unreadTokens(history);
    if (guesses.length > 0 && unread.length + guesses.length > this.#model.capabilities.maximumPassTokens) {
      await this.#pass(unread.slice(0, -1), 'none', signal);
      unread = unread.slice(-1);
    }
    const last = unread.length - 1;
    const rows = [last, ...guesses.map((_, guess) => last + 1 + guess)];
    const { logits } = await this.#pass([...unread, ...guesses], rows, signal);
    return logits;
  }

  close(): void {
    this.#sequence?.close();
    this.#sequence = undefined;
    this.#cached.length = 0;
  }

  /** Drops what the cache holds beyond the history, and returns the tokens that it lacks. */
  #unreadTokens(history: readonly number[]): readonly number[] {
    this.#sequence ??= this.#model.createSequence();
    // At least the last token is read again: its logits are what is wanted.
    const kept = Math.min(commonLength(this.#cached, history), history.length - 1);
    if (kept < this.#cached.length) {
      this.#sequence.doRollback(kept);
      this.#cached.length = kept;
    }
    return history.slice(kept);
  }

  async #pass(
    tokens: readonly number[],
    rows: 'none' | readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<ForwardResult> {
    const sequence = this.#sequence as Sequence;
    const [result] = await this.#model.forward([{ sequence, tokens, rows }], { signal });
    this.#cached.push(...tokens);
    return result as ForwardResult;
  }
}
