import type { LanguageModel } from '../contract/language-model.js';
import type { Sequence } from '../contract/sequence.js';
import { commonLength } from '../drafting/common-length.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { DecodeEvent } from './decode-event.js';
import { encodePrompt } from './encode-prompt.js';
import { generate } from './generate.js';
import type { GenerateOptions } from './generate-options.js';

/** What a generation on kept tokens is told; the cache brings the target and its sequence. */
export type ContinueOptions = Omit<GenerateOptions, 'target' | 'sequence' | 'hiddenStates'>;

/** One sequence of a model, kept from one generation to the next. */
export interface PrefixCache {
  /** The tokens whose keys and values are held. */
  readonly tokens: readonly number[];
  /**
   * As `generate`, but reads of the prompt only what lies behind the longest beginning that it shares with the tokens
   * held: in a conversation, the new message. A drafter that is given again and again keeps its own beginning likewise.
   *
   * The text has the same distribution as without; at temperature 0 it is the same text up to the numerics of passes of
   * different lengths. A model without rollback keeps its tokens only where the prompt continues all of them.
   *
   * @throws InvalidArgumentError where an earlier generation has not ended; what `generate` throws.
   */
  generate(options: ContinueOptions): AsyncGenerator<DecodeEvent, void, undefined>;
  /** Frees the sequence; a later generation reads its prompt anew. */
  close(): void;
}

/** Keeps what generations of one model have in common, one after the other. */
export function createPrefixCache(target: LanguageModel): PrefixCache {
  return new KeptSequence(target);
}

class KeptSequence implements PrefixCache {
  readonly #target: LanguageModel;
  #tokens: readonly number[] = [];
  #sequence: Sequence | undefined;
  #isRunning = false;

  constructor(target: LanguageModel) {
    this.#target = target;
  }

  get tokens(): readonly number[] {
    return this.#tokens;
  }

  async *generate(options: ContinueOptions): AsyncGenerator<DecodeEvent, void, undefined> {
    if (this.#isRunning)
      throw new InvalidArgumentError(
        'A prefix cache runs one generation at a time: end the earlier one first.',
      );
    this.#isRunning = true;
    let hasEnded = false;
    try {
      const { prompt: given } = options;
      const prompt = typeof given === 'string' ? encodePrompt(this.#target.tokenizer, given) : [...given];
      const sequence = this.#keep(prompt);
      for await (const event of generate({ ...options, prompt, target: this.#target, sequence })) {
        if (event.type === 'generation-end') {
          hasEnded = true;
          // A pass that is cancelled midway leaves a state that cannot be taken back.
          if (event.finishReason === 'cancelled' && !this.#target.capabilities.rollback) this.close();
          // Cancelled while the prompt was read, it holds less than the prompt.
          else this.#tokens = [...prompt, ...event.tokens].slice(0, sequence.length);
        }
        yield event;
      }
    } finally {
      // After an error, or where the events were not read to the end, only what was there before is certain.
      if (!hasEnded && this.#sequence !== undefined) this.#shorten(this.#tokens.length);
      this.#isRunning = false;
    }
  }

  close(): void {
    this.#sequence?.close();
    this.#sequence = undefined;
    this.#tokens = [];
  }

  /** The sequence, with the longest beginning of the prompt that it holds: at least the last token is to be read. */
  #keep(prompt: readonly number[]): Sequence {
    const kept = Math.max(0, Math.min(commonLength(this.#tokens, prompt), prompt.length - 1));
    if (kept < this.#tokens.length) this.#shorten(kept);
    this.#sequence ??= this.#target.createSequence();
    return this.#sequence;
  }

  #shorten(length: number): void {
    if (!this.#target.capabilities.rollback) {
      this.close();
      return;
    }
    this.#sequence?.doRollback(length);
    this.#tokens = this.#tokens.slice(0, length);
  }
}
