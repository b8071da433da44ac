import { keptRow } from './kept-rows.js';
import type { ForwardRequest, ForwardResult, LanguageModel } from '@foretoken/core';
import { type CachedBeginning, CachedBeginnings } from './cached-beginnings.js';
import type { RowNode } from './row-node.js';

/** A caller that waits for a node's row. */
interface Asked {
  readonly node: RowNode;
  /** Its tokens, 1 or more. */
  readonly tokens: readonly number[];
  readonly hiddenStates: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A row to be read, and the sequence that reads it. */
interface Reading extends Asked {
  readonly beginning: CachedBeginning;
  /** Whether only the last token is missing; else what comes before it is read now, and the row by a later pass. */
  readonly complete: boolean;
}

interface RunningPass {
  readonly readings: readonly Reading[];
  /** Resolves to what went wrong, if anything did. */
  readonly done: Promise<{ readonly cause: unknown } | undefined>;
}

/**
 * Reads rows through passes of the model: what several decode loops ask for at about the same time in one pass, over
 * the last token of each history alone, in a sequence of its own. What the caches lack before it is read by the pass
 * before, together with the rows that others wait for.
 */
export class RowReader {
  readonly #model: LanguageModel;
  readonly #beginnings: CachedBeginnings;
  /** Of one pass: the others keep what the next ones continue. */
  readonly #mostReadings: number;
  readonly #mostRows: number;
  readonly #hiddenStates: boolean;
  #asked: Asked[] = [];
  #running = false;
  /** Reads under way: who asks for the same row waits for the same pass. */
  readonly #underWay = new Map<RowNode, Promise<void>>();
  /** Nodes whose rows are kept, oldest first. */
  readonly #kept: RowNode[] = [];

  /**
   * @param sequences of the model, 1 or more.
   * @param hiddenStates true reads them with every row, so that no row is read again for its hidden state.
   */
  constructor(model: LanguageModel, sequences: number, mostRows: number, hiddenStates: boolean) {
    this.#model = model;
    this.#beginnings = new CachedBeginnings(model, sequences);
    this.#mostReadings = Math.ceil(sequences / 2);
    this.#mostRows = mostRows;
    this.#hiddenStates = hiddenStates;
  }

  /** Resolves when the node has its row. */
  read(node: RowNode, hiddenStates: boolean): Promise<void> {
    const known = this.#underWay.get(node);
    // A read without hidden states does not serve who wants them.
    if (known !== undefined && !hiddenStates) return known;
    const reading = new Promise<void>((resolve, reject) => {
      this.#asked.push({ node, tokens: node.tokens(), hiddenStates, resolve, reject });
    }).finally(() => {
      if (this.#underWay.get(node) === reading) this.#underWay.delete(node);
    });
    this.#underWay.set(node, reading);
    if (!this.#running) {
      this.#running = true;
      void this.#readAll();
    }
    return reading;
  }

  close(): void {
    this.#beginnings.close();
  }

  async #readAll(): Promise<void> {
    let current: RunningPass | undefined;
    for (;;) {
      if (current === undefined) {
        // Lets all who are about to ask do so.
        await nextTask();
        if (this.#asked.length === 0) break;
        current = this.#begin();
      }
      const { readings, done } = current;
      const error = await done;
      const ended = error === undefined ? readings.filter(({ complete }) => complete) : readings;
      if (error === undefined) this.#asked.unshift(...readings.filter(({ complete }) => !complete));
      // Where enough wait already, the engine works for them while those that have their rows go on.
      const enough = this.#asked.length > 0 && 2 * this.#asked.length >= readings.length;
      current = enough ? this.#begin() : undefined;
      if (enough) await nextTask();
      for (const { resolve, reject } of ended) {
        if (error === undefined) resolve();
        else reject(error.cause);
      }
    }
    this.#running = false;
  }

  #begin(): RunningPass {
    const readings = this.#take();
    const done = this.#pass(readings).then(
      () => undefined,
      (cause: unknown) => ({ cause }),
    );
    return { readings, done };
  }

  /** As many as can be read side by side; always the first one. */
  #take(): Reading[] {
    const readings: Reading[] = [];
    const later: Asked[] = [];
    this.#beginnings.nextPass();
    for (const asked of this.#asked) {
      const before = asked.tokens.slice(0, -1);
      const beginning = readings.length < this.#mostReadings ? this.#beginnings.take(before) : undefined;
      if (beginning === undefined) later.push(asked);
      else readings.push({ ...asked, beginning, complete: beginning.tokens.length === before.length });
    }
    this.#asked = later;
    return readings;
  }

  async #pass(readings: readonly Reading[]): Promise<void> {
    const requests = readings.map(({ tokens, beginning, complete, hiddenStates }) =>
      complete
        ? {
            sequence: beginning.sequence,
            tokens: tokens.slice(-1),
            rows: 'last' as const,
            hiddenStates: hiddenStates || this.#hiddenStates,
          }
        : {
            sequence: beginning.sequence,
            tokens: tokens.slice(beginning.tokens.length, -1),
            rows: 'none' as const,
          },
    );
    const results = await this.#model.forward(requests);
    for (const [index, { node, beginning, complete }] of readings.entries()) {
      beginning.tokens.push(...(requests[index] as ForwardRequest).tokens);
      if (complete) this.#keep(node, results[index] as ForwardResult);
    }
  }

  #keep(node: RowNode, { logits, hiddenStates }: ForwardResult): void {
    node.logits = keptRow(logits.read(0));
    node.hiddenState = hiddenStates?.[0]?.slice();
    this.#kept.push(node);
    if (this.#kept.length <= this.#mostRows) return;
    for (const old of this.#kept.splice(0, this.#kept.length >> 1)) {
      old.logits = undefined;
      old.hiddenState = undefined;
    }
  }
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
