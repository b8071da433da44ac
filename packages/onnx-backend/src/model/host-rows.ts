import type { HostTensor } from '../engine/tensor.js';

/** Rows of float32 in this process's memory, which the engine writes itself. */
export class HostRows {
  readonly #values: Float32Array;
  readonly #width: number;

  constructor(rowCount: number, width: number) {
    // A buffer of its own: the engine holds its address while it writes, so it must not move.
    this.#values = new Float32Array(new ArrayBuffer(rowCount * width * 4));
    this.#width = width;
  }

  get byteLength(): number {
    return this.#values.byteLength;
  }

  /** [count, width]. */
  tensor(first: number, count: number): HostTensor {
    const data = this.#values.subarray(first * this.#width, (first + count) * this.#width);
    return { type: 'float32', shape: [count, this.#width], data };
  }

  /** [count][width]. */
  views(first: number, count: number): Float32Array[] {
    return Array.from({ length: count }, (_, row) =>
      this.#values.subarray((first + row) * this.#width, (first + row + 1) * this.#width),
    );
  }
}
