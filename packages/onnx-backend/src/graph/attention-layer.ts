import type { DecoderShape } from './decoder-shape.js';

/** Values of the graph that every layer's attention uses. */
export interface AttentionInputs {
  /** int32 [1]: slots in use after the pass, less one. */
  readonly lengthsLessOne: string;
  /** int32 []: slots in use after the pass. */
  readonly totalLength: string;
  /** In the cache's element type, [positions, pairs]. */
  readonly cosine: string;
  readonly sine: string;
  /** In the cache's element type where it is fused. */
  readonly tree: { readonly positions: string; readonly bias: string } | undefined;
}

/** One layer's attention: names of values. */
export interface AttentionLayer {
  readonly shape: DecoderShape;
  readonly inputs: AttentionInputs;
  readonly cacheType: 'float32' | 'float16';
  /** Queries, keys and values of all heads, float32 [1, n, (heads + 2 keyValueHeads) * headWidth]. */
  readonly packed: string;
  readonly pastKey: string;
  readonly pastValue: string;
  readonly presentKey: string;
  readonly presentValue: string;
  /** float32 [1, n, heads * headWidth]. */
  readonly output: string;
}
