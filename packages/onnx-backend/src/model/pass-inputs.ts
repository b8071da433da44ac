import type { HostTensor } from '../engine/tensor.js';
import type { DecoderPass } from './decoder.js';
import { TreeBias } from './tree-bias.js';

/** The inputs of a generated graph other than the cache, in memory that every pass reuses. */
export class PassInputs {
  readonly #tokens: BigInt64Array;
  readonly #positions: BigInt64Array;
  readonly #rows: BigInt64Array;
  readonly #lengthLessOne: Int32Array;
  readonly #total: Int32Array;
  readonly #bias: TreeBias | undefined;

  /** @param capacity most tokens of a pass; @param trees with positions and a bias. */
  constructor(capacity: number, trees: boolean) {
    const integers = (): BigInt64Array => new BigInt64Array(new ArrayBuffer(capacity * 8));
    this.#tokens = integers();
    this.#positions = integers();
    this.#rows = integers();
    this.#lengthLessOne = new Int32Array(new ArrayBuffer(64), 0, 1);
    this.#total = new Int32Array(new ArrayBuffer(64), 0, 1);
    this.#bias = trees ? new TreeBias() : undefined;
  }

  get byteLength(): number {
    return this.#tokens.byteLength * 3 + (this.#bias?.byteLength ?? 0);
  }

  /** The tensors of a pass; valid until the next. */
  fill(pass: DecoderPass): Map<string, HostTensor> {
    const { tokens, start, depths, rows } = pass;
    const count = tokens.length;
    const total = start + count;
    for (let index = 0; index < count; index++) {
      this.#tokens[index] = BigInt(tokens[index] as number);
      this.#positions[index] = BigInt(start + (depths[index] as number));
    }
    for (let index = 0; index < rows.length; index++) this.#rows[index] = BigInt(rows[index] as number);
    this.#lengthLessOne[0] = total - 1;
    this.#total[0] = total;
    const tensors = new Map<string, HostTensor>([
      ['input_ids', { type: 'int64', shape: [1, count], data: this.#tokens }],
      ['rows', { type: 'int64', shape: [rows.length], data: this.#rows }],
      ['seqlens_k', { type: 'int32', shape: [1], data: this.#lengthLessOne }],
      ['total_sequence_length', { type: 'int32', shape: [], data: this.#total }],
    ]);
    if (this.#bias !== undefined) {
      tensors.set('position_ids', { type: 'int64', shape: [1, count], data: this.#positions });
      tensors.set('attention_bias', this.#bias.fill(pass));
    }
    return tensors;
  }
}
