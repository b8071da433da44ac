import type { ForwardResult, LanguageModel, Sequence } from '@foretoken/core';
import { commonLength } from './common-length.js';
import type { RowNode } from './row-node.js';

interface Reader {
  readonly sequence: Sequence;
  /** What its cache holds. */
  tokens: number[];
}

/** Reads rows through passes of the model, continuing whichever of its sequences shares most with the history. */
export class RowReader {
  readonly #model: LanguageModel;
  readonly #mostReaders: number;
  readonly #mostRows: number;
  readonly #readers: Reader[] = [];
  /** Nodes whose rows are kept, oldest first. */
  readonly #kept: RowNode[] = [];

  constructor(model: LanguageModel, mostReaders: number, mostRows: number) {
    this.#model = model;
    this.#mostReaders = mostReaders;
    this.#mostRows = mostRows;
  }

  /** Reads the node's row by a pass over its last token alone, after a pass over what the cache lacks before it. */
  async read(node: RowNode, hiddenStates: boolean, signal: AbortSignal | undefined): Promise<void> {
    const tokens = node.tokens();
    const last = tokens.length - 1;
    const { reader, shared } = this.#closest(tokens);
    const { sequence } = reader;
    const start = Math.min(shared, last);
    if (start < sequence.length) sequence.doRollback(start);
    reader.tokens.length = start;
    if (start < last) {
      await this.#model.forward([{ sequence, tokens: tokens.slice(start, last), rows: 'none' }], { signal });
      reader.tokens = tokens.slice(0, last);
    }
    const request = { sequence, tokens: tokens.slice(last), rows: 'last' as const, hiddenStates };
    const [result] = await this.#model.forward([request], { signal });
    reader.tokens = tokens;
    this.#keep(node, result as ForwardResult);
  }

  close(): void {
    for (const { sequence } of this.#readers) sequence.close();
    this.#readers.length = 0;
  }

  #keep(node: RowNode, { logits, hiddenStates }: ForwardResult): void {
    node.logits = logits.read(0).slice();
    node.hiddenState = hiddenStates?.[0]?.slice();
    this.#kept.push(node);
    if (this.#kept.length <= this.#mostRows) return;
    for (const old of this.#kept.splice(0, this.#kept.length >> 1)) {
      old.logits = undefined;
      old.hiddenState = undefined;
    }
  }

  /** The sequence with the longest common beginning; a new one where that is short and there is room. */
  #closest(tokens: readonly number[]): { reader: Reader; shared: number } {
    let best: { reader: Reader; shared: number } | undefined;
    for (const reader of this.#readers) {
      const shared = commonLength(reader.tokens, tokens);
      if (best === undefined || shared > best.shared) best = { reader, shared };
    }
    const short = best === undefined || best.shared < tokens.length / 2;
    if (short && this.#readers.length < this.#mostReaders) {
      const reader = { sequence: this.#model.createSequence(), tokens: [] };
      this.#readers.push(reader);
      return { reader, shared: 0 };
    }
    return best as { reader: Reader; shared: number };
  }
}
