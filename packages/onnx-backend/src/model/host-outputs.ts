import { type ForwardResult, RowLogits } from '@foretoken/core';
import type { HostTensor } from '../engine/tensor.js';
import type { DecoderOutputs } from './decoder.js';

/** Logits and hidden states in this process's memory, which the engine writes itself. */
export class HostOutputs implements DecoderOutputs {
  readonly #logits: Float32Array;
  readonly #states: Float32Array | undefined;
  readonly #vocabularySize: number;
  readonly #width: number;

  /** @param width of the hidden states; 0 where there are none. */
  constructor(rowCount: number, vocabularySize: number, width: number) {
    // Buffers of their own: the engine holds their address while it writes, so they must not move.
    this.#logits = new Float32Array(new ArrayBuffer(rowCount * vocabularySize * 4));
    this.#states = width === 0 ? undefined : new Float32Array(new ArrayBuffer(rowCount * width * 4));
    this.#vocabularySize = vocabularySize;
    this.#width = width;
  }

  get byteLength(): number {
    return this.#logits.byteLength + (this.#states?.byteLength ?? 0);
  }

  /** Where the engine is to write the logits of some rows, [count, vocabularySize]. */
  logits(first: number, count: number): HostTensor {
    return rowsTensor(this.#logits, first, count, this.#vocabularySize);
  }

  /** Likewise the hidden states, [count, width]. */
  hiddenStates(first: number, count: number): HostTensor | undefined {
    return this.#states && rowsTensor(this.#states, first, count, this.#width);
  }

  result(first: number, count: number, hiddenStates: boolean): ForwardResult {
    const rows = (source: Float32Array, width: number): Float32Array[] =>
      Array.from({ length: count }, (_, row) =>
        source.subarray((first + row) * width, (first + row + 1) * width),
      );
    return {
      logits: new RowLogits(rows(this.#logits, this.#vocabularySize), this.#vocabularySize),
      hiddenStates: hiddenStates && this.#states ? rows(this.#states, this.#width) : undefined,
    };
  }
}

function rowsTensor(source: Float32Array, first: number, count: number, width: number): HostTensor {
  return {
    type: 'float32',
    shape: [count, width],
    data: source.subarray(first * width, (first + count) * width),
  };
}
