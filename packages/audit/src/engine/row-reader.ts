import type { ForwardResult, LanguageModel, Sequence } from '@foretoken/core';
import { commonLength } from './common-length.js';
import type { RowNode } from './row-node.js';

interface Reader {
  readonly sequence: Sequence;
  /** What its cache holds. */
  tokens: number[];
  busy: boolean;
}

/** Reads rows through passes of the model, continuing whichever of its sequences shares most with the history. */
export class RowReader {
  readonly #model: LanguageModel;
  readonly #mostReaders: number;
  readonly #mostRows: number;
  readonly #readers: Reader[] = [];
  /** Callers that found every reader busy. */
  readonly #queue: (() => void)[] = [];
  /** Reads under way: who asks for the same row waits for the same pass. */
  readonly #underWay = new Map<RowNode, Promise<void>>();
  /** Nodes whose rows are kept, oldest first. */
  readonly #kept: RowNode[] = [];

  constructor(model: LanguageModel, mostReaders: number, mostRows: number) {
    this.#model = model;
    this.#mostReaders = mostReaders;
    this.#mostRows = mostRows;
  }

  /** Reads the node's row by a pass over its last token alone, after a pass over what the cache lacks before it. */
  read(node: RowNode, hiddenStates: boolean): Promise<void> {
    const known = this.#underWay.get(node);
    // A read without hidden states does not serve who wants them.
    if (known !== undefined && !hiddenStates) return known;
    const reading = this.#readNow(node, hiddenStates).finally(() => {
      if (this.#underWay.get(node) === reading) this.#underWay.delete(node);
    });
    this.#underWay.set(node, reading);
    return reading;
  }

  close(): void {
    for (const { sequence } of this.#readers) sequence.close();
    this.#readers.length = 0;
  }

  async #readNow(node: RowNode, hiddenStates: boolean): Promise<void> {
    const tokens = node.tokens();
    const last = tokens.length - 1;
    const { reader, shared } = await this.#take(tokens);
    try {
      const { sequence } = reader;
      const start = Math.min(shared, last);
      if (start < sequence.length) sequence.doRollback(start);
      reader.tokens.length = start;
      if (start < last) {
        await this.#model.forward([{ sequence, tokens: tokens.slice(start, last), rows: 'none' }]);
        reader.tokens = tokens.slice(0, last);
      }
      const request = { sequence, tokens: tokens.slice(last), rows: 'last' as const, hiddenStates };
      const [result] = await this.#model.forward([request]);
      reader.tokens = tokens;
      this.#keep(node, result as ForwardResult);
    } finally {
      reader.busy = false;
      this.#queue.shift()?.();
    }
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

  /** A sequence for this history, marked as busy; waits where there is none. */
  async #take(tokens: readonly number[]): Promise<{ reader: Reader; shared: number }> {
    for (;;) {
      const closest = this.#closest(tokens);
      if (closest !== undefined) {
        closest.reader.busy = true;
        return closest;
      }
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
  }

  /** The free sequence with the longest common beginning; a new one where that is short and there is room. */
  #closest(tokens: readonly number[]): { reader: Reader; shared: number } | undefined {
    let best: { reader: Reader; shared: number } | undefined;
    for (const reader of this.#readers) {
      if (reader.busy) continue;
      const shared = commonLength(reader.tokens, tokens);
      if (best === undefined || shared > best.shared) best = { reader, shared };
    }
    const short = best === undefined || best.shared < tokens.length / 2;
    if (short && this.#readers.length < this.#mostReaders) {
      const reader = { sequence: this.#model.createSequence(), tokens: [], busy: false };
      this.#readers.push(reader);
      return { reader, shared: 0 };
    }
    return best;
  }
}
