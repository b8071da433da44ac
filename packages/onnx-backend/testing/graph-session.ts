import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { GraphManifest } from '../src/graph/graph-manifest.js';

export interface PassInputs {
  readonly tokens: readonly number[];
  readonly rows: readonly number[];
  /** Slots in use before the pass. */
  readonly past: number;
  readonly tree?: {
    readonly positions: BigInt64Array;
    readonly bias: Float32Array;
    readonly total: number;
  };
}

export interface PassOutputs {
  readonly logits: readonly Float32Array[];
  readonly hiddenStates: readonly Float32Array[];
}

/** A generated graph in ONNX Runtime's JavaScript API, with one cache that is updated in place. */
export class GraphSession {
  readonly #session: InferenceSession;
  readonly #manifest: GraphManifest;
  readonly #cache: Readonly<Record<string, Tensor>>;

  constructor(session: InferenceSession, manifest: GraphManifest, capacity: number) {
    this.#session = session;
    this.#manifest = manifest;
    const { layers, keyValueHeads, headWidth, cacheType } = manifest;
    const size = keyValueHeads * capacity * headWidth;
    const cache: Record<string, Tensor> = {};
    for (let layer = 0; layer < layers; layer++) {
      for (const kind of ['key', 'value']) {
        const data = cacheType === 'float32' ? new Float32Array(size) : new Uint16Array(size);
        cache[`${layer}.${kind}`] = new Tensor(cacheType, data, [1, keyValueHeads, capacity, headWidth]);
      }
    }
    this.#cache = cache;
  }

  static async open(path: string, manifest: GraphManifest, capacity = 64): Promise<GraphSession> {
    const session = await InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 });
    return new GraphSession(session, manifest, capacity);
  }

  async run({ tokens, rows, past, tree }: PassInputs): Promise<PassOutputs> {
    const { trees, vocabularySize, width } = this.#manifest;
    const total = tree?.total ?? past + tokens.length;
    const wide = (values: readonly number[], shape: number[]): Tensor =>
      new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
    const feeds: Record<string, Tensor> = {
      input_ids: wide(tokens, [1, tokens.length]),
      rows: wide(rows, [rows.length]),
      seqlens_k: new Tensor('int32', Int32Array.of(total - 1), [1]),
      total_sequence_length: new Tensor('int32', Int32Array.of(total), []),
    };
    if (trees) {
      const positions = tree?.positions ?? BigInt64Array.from(tokens, (_, index) => BigInt(past + index));
      feeds['position_ids'] = new Tensor('int64', positions, [1, tokens.length]);
      const bias = tree?.bias ?? new Float32Array(tokens.length * total);
      feeds['attention_bias'] = new Tensor('float32', bias, [1, 1, tokens.length, total]);
    }
    const fetches: Record<string, Tensor | null> = { logits: null, hidden_states: null };
    for (const [place, tensor] of Object.entries(this.#cache)) {
      feeds[`past_key_values.${place}`] = tensor;
      fetches[`present.${place}`] = tensor;
    }
    const known = new Set(this.#session.inputNames);
    for (const name of Object.keys(feeds)) if (!known.has(name)) delete feeds[name];
    const { logits, hidden_states: hidden } = await this.#session.run(feeds, fetches);
    return {
      logits: split(logits as Tensor, rows.length, vocabularySize),
      hiddenStates: split(hidden as Tensor, rows.length, width),
    };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

function split(tensor: Tensor, rows: number, width: number): Float32Array[] {
  const data = tensor.data as Float32Array;
  return Array.from({ length: rows }, (_, row) => data.slice(row * width, (row + 1) * width));
}
