import type { Capabilities } from '../contract/capabilities.js';
import type { ForwardOptions, ForwardRequest, ForwardResult } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import type { LogitsHandle } from '../contract/logits-handle.js';
import type { MemoryUse } from '../contract/memory-use.js';
import type { Sequence } from '../contract/sequence.js';
import type { Tokenizer } from '../contract/tokenizer.js';
import { RowLogits } from '../sampling/row-logits.js';
import { vocabularyMismatch } from './assert-same-vocabulary.js';
import { vocabularyDifference } from './vocabulary-difference.js';

/**
 * A draft model with the target's vocabulary: itself where that is the same. Models of one family are often padded to different
 * sizes (Qwen2.5: 151,936 tokens to 3B, 152,064 from 7B on); then tokens that the draft does not have are impossible under
 * its law, and those that the target does not have are left out, which any exact rule takes.
 *
 * @throws VocabularyMismatchError where the tokens differ otherwise.
 */
export function inVocabularyOf(target: LanguageModel, draft: LanguageModel): LanguageModel {
  const difference = vocabularyDifference(target, draft);
  if (difference === undefined) return draft;
  if (!difference.isPadding) throw vocabularyMismatch(target, draft, difference);
  return new ResizedVocabulary(draft, target.tokenizer);
}

/** A model whose vocabulary is the beginning of another one, or goes on beyond its end, with the size of that. */
export class ResizedVocabulary implements LanguageModel {
  readonly tokenizer: Tokenizer;
  readonly vocabularySize: number;
  readonly #model: LanguageModel;
  /** What it reads for a token that it does not have: nobody writes one, and a bad guess is all that it can lead to. */
  readonly #unknown: number;
  /** One for every row of a pass, as long as the vocabulary; valid as long as the pass's own. */
  readonly #rows: Float32Array[] = [];

  constructor(model: LanguageModel, tokenizer: Tokenizer) {
    this.#model = model;
    this.tokenizer = tokenizer;
    this.vocabularySize = tokenizer.vocabularySize;
    this.#unknown = model.tokenizer.endTokens[0] ?? 0;
  }

  get name(): string {
    return this.#model.name;
  }

  get contextLength(): number {
    return this.#model.contextLength;
  }

  get capabilities(): Capabilities {
    return this.#model.capabilities;
  }

  createSequence(): Sequence {
    return this.#model.createSequence();
  }

  async forward(
    requests: readonly ForwardRequest[],
    options?: ForwardOptions,
  ): Promise<readonly ForwardResult[]> {
    const known = requests.map((request) => ({
      ...request,
      tokens: request.tokens.map((token) => (token < this.#model.vocabularySize ? token : this.#unknown)),
    }));
    const results = await this.#model.forward(known, options);
    let used = 0;
    return results.map(({ logits, hiddenStates }) => {
      const rows = Array.from({ length: logits.rowCount }, (_, row) => this.#resized(logits, row, used++));
      return { logits: new RowLogits(rows, this.vocabularySize), hiddenStates };
    });
  }

  memory(): MemoryUse {
    return this.#model.memory();
  }

  close(): Promise<void> {
    return this.#model.close();
  }

  #resized(logits: LogitsHandle, row: number, slot: number): Float32Array {
    const own = logits.read(row);
    if (own.length >= this.vocabularySize) return own.subarray(0, this.vocabularySize);
    this.#rows[slot] ??= new Float32Array(this.vocabularySize).fill(Number.NEGATIVE_INFINITY);
    const resized = this.#rows[slot];
    resized.set(own);
    return resized;
  }
}
