import type { HostTensor } from '../engine/tensor.js';
import type { DecoderPass } from './decoder.js';

/** Finite in half precision too, and far below any score. */
const maskedBias = -65_504;

/** The attention bias of passes: 0 where a row may look, and much less where another branch lies. */
export class TreeBias {
  #values = new Float32Array(0);
  /** Values from here on are 0. */
  #dirty = 0;

  get byteLength(): number {
    return this.#values.byteLength;
  }

  /** [1, 1, n, start + n]; valid until the next pass. */
  fill({ tokens, start, parents }: DecoderPass): HostTensor {
    const count = tokens.length;
    const total = start + count;
    if (this.#values.length < count * total) {
      this.#values = new Float32Array(new ArrayBuffer(count * total * 4));
      this.#dirty = 0;
    }
    this.#values.fill(0, 0, this.#dirty);
    this.#dirty = 0;
    if (parents !== undefined) {
      for (let row = 0; row < count; row++) {
        // Later slots are hidden anyway; of the earlier ones of the tree, a row sees its ancestors.
        const first = row * total + start;
        this.#values.fill(maskedBias, first, first + row);
        for (let node = parents[row] as number; node >= 0; node = parents[node] as number) {
          this.#values[first + node] = 0;
        }
      }
      this.#dirty = count * total;
    }
    return { type: 'float32', shape: [1, 1, count, total], data: this.#values };
  }
}
