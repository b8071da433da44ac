import { type ForwardResult, RowLogits } from '@foretoken/core';
import type { HostTensor } from '../engine/tensor.js';
import { HostRows } from './host-rows.js';
import type { RowOutputs } from './row-outputs.js';

/** Logits and hidden states in this process's memory. */
export class HostOutputs implements RowOutputs {
  readonly #logits: HostRows;
  readonly #states: HostRows;
  readonly #vocabularySize: number;

  /** @param width of the hidden states. */
  constructor(rowCount: number, vocabularySize: number, width: number) {
    this.#logits = new HostRows(rowCount, vocabularySize);
    this.#states = new HostRows(rowCount, width);
    this.#vocabularySize = vocabularySize;
  }

  get byteLength(): number {
    return this.#logits.byteLength + this.#states.byteLength;
  }

  logits(first: number, count: number): HostTensor {
    return this.#logits.tensor(first, count);
  }

  hiddenStates(first: number, count: number): HostTensor {
    return this.#states.tensor(first, count);
  }

  result(first: number, count: number, hiddenStates: boolean): ForwardResult {
    return {
      logits: new RowLogits(this.#logits.views(first, count), this.#vocabularySize),
      hiddenStates: hiddenStates ? this.#states.views(first, count) : undefined,
    };
  }
}
