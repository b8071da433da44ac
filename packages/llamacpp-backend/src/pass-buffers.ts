import koffi from 'koffi';
import type { Pointer } from './native-functions.js';

/** The engine's batch in native memory, written through views; made once for a context. */
export class PassBuffers {
  readonly tokens: Int32Array;
  readonly positions: Int32Array;
  /** 1 where the token's row is wanted. */
  readonly outputs: Int8Array;
  readonly #sequenceCounts: Int32Array;
  readonly #sequenceIds: Int32Array;
  readonly #sequencesPerToken: number;
  readonly #allocations: readonly Pointer[];
  readonly #batch: Record<string, unknown>;

  constructor(capacity: number, sequencesPerToken: number) {
    const allocations: Pointer[] = [];
    const allocate = (bytes: number): Pointer => {
      const pointer = koffi.alloc('uint8', bytes) as Pointer;
      allocations.push(pointer);
      return pointer;
    };
    const [token, pos, counts, idPointers] = [4, 4, 4, 8].map((width) => allocate(capacity * width));
    const ids = allocate(capacity * sequencesPerToken * 4);
    const logits = allocate(capacity);
    this.tokens = new Int32Array(koffi.view(token, capacity * 4));
    this.positions = new Int32Array(koffi.view(pos, capacity * 4));
    this.outputs = new Int8Array(koffi.view(logits, capacity));
    this.#sequenceCounts = new Int32Array(koffi.view(counts, capacity * 4));
    this.#sequenceIds = new Int32Array(koffi.view(ids, capacity * sequencesPerToken * 4));
    const pointers = new BigUint64Array(koffi.view(idPointers, capacity * 8));
    for (let index = 0; index < capacity; index++)
      pointers[index] = ids + BigInt(index * sequencesPerToken * 4);
    this.#sequencesPerToken = sequencesPerToken;
    this.#allocations = allocations;
    this.#batch = { n_tokens: 0, token, embd: null, pos, n_seq_id: counts, seq_id: idPointers, logits };
  }

  setSequences(index: number, ids: readonly number[]): void {
    this.#sequenceCounts[index] = ids.length;
    this.#sequenceIds.set(ids, index * this.#sequencesPerToken);
  }

  /** The `llama_batch` of the first `count` tokens. */
  batch(count: number): Record<string, unknown> {
    this.#batch['n_tokens'] = count;
    return this.#batch;
  }

  free(): void {
    for (const pointer of this.#allocations) koffi.free(pointer);
  }
}
