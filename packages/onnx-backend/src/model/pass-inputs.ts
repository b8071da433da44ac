import type { HostTensor } from '../engine/tensor.js';
import type { GraphManifest } from '../graph/graph-manifest.js';
import { planTreePass } from '../graph/tree-pass.js';
import type { DecoderPass } from './decoder.js';
import type { GeneratedDecoderSizes } from './generated-decoder.js';

/** The inputs of a generated graph other than the cache, in memory that every pass reuses. */
export class PassInputs {
  readonly #manifest: GraphManifest;
  readonly #tokens: BigInt64Array;
  readonly #positions: BigInt64Array;
  readonly #rows: BigInt64Array;
  readonly #lengthLessOne: Int32Array;
  readonly #total: Int32Array;
  /** The bias of a chain: room for the longest pass at the end of the cache, so that it never grows. */
  readonly #zeros: Float32Array;
  /** Of a head. */
  #features = new Float32Array(0);

  constructor(
    manifest: GraphManifest,
    { passTokens, capacity }: Pick<GeneratedDecoderSizes, 'passTokens' | 'capacity'>,
  ) {
    this.#manifest = manifest;
    // Buffers of their own: the engine holds their address while it reads, so they must not move.
    const integers = (): BigInt64Array => new BigInt64Array(new ArrayBuffer(passTokens * 8));
    this.#tokens = integers();
    this.#positions = integers();
    this.#rows = integers();
    this.#lengthLessOne = new Int32Array(new ArrayBuffer(64), 0, 1);
    this.#total = new Int32Array(new ArrayBuffer(64), 0, 1);
    this.#zeros = new Float32Array(new ArrayBuffer(manifest.trees ? passTokens * capacity * 4 : 0));
  }

  get byteLength(): number {
    return this.#tokens.byteLength * 3 + this.#zeros.byteLength + this.#features.byteLength;
  }

  /** The tensors of a pass; valid until the next. */
  fill(pass: DecoderPass): Map<string, HostTensor> {
    const { tokens, start, parents, rows } = pass;
    const { trees, decomposed } = this.#manifest;
    const count = tokens.length;
    for (let index = 0; index < count; index++) this.#tokens[index] = BigInt(tokens[index] as number);
    for (let index = 0; index < rows.length; index++) this.#rows[index] = BigInt(rows[index] as number);
    const tree = parents && planTreePass(start, parents);
    const total = tree?.total ?? start + count;
    this.#total[0] = total;
    this.#lengthLessOne[0] = total - 1;
    const tensors = new Map<string, HostTensor>([
      ['input_ids', { type: 'int64', shape: [1, count], data: this.#tokens }],
      ['rows', { type: 'int64', shape: [rows.length], data: this.#rows }],
      ['total_sequence_length', { type: 'int32', shape: [], data: this.#total }],
    ]);
    if (!decomposed) tensors.set('seqlens_k', { type: 'int32', shape: [1], data: this.#lengthLessOne });
    if (trees) {
      const planned = pass.positions === undefined ? tree?.positions : undefined;
      const positions = planned ?? this.#givenPositions(start, count, pass.positions);
      const bias = tree?.bias ?? this.#zeros;
      tensors.set('position_ids', { type: 'int64', shape: [1, count], data: positions });
      tensors.set('attention_bias', { type: 'float32', shape: [1, 1, count, total], data: bias });
    }
    if (pass.features !== undefined) {
      const { width } = this.#manifest;
      tensors.set('features', {
        type: 'float32',
        shape: [1, count, width],
        data: this.#joined(pass.features, width),
      });
    }
    return tensors;
  }

  #givenPositions(start: number, count: number, given: readonly number[] | undefined): BigInt64Array {
    for (let index = 0; index < count; index++)
      this.#positions[index] = BigInt(given?.[index] ?? start + index);
    return this.#positions;
  }

  #joined(rows: readonly Float32Array[], width: number): Float32Array {
    const length = this.#tokens.length * width;
    if (this.#features.length < length) this.#features = new Float32Array(new ArrayBuffer(length * 4));
    for (const [index, row] of rows.entries()) this.#features.set(row, index * width);
    return this.#features;
  }
}
