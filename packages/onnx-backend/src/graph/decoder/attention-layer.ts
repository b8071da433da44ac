/** One layer's attention: names of values in the graph. */
export interface AttentionLayer {
  /** True where the layer sees a sliding window only. */
  readonly local: boolean;
  /** Queries, keys and values of all heads, float32 [1, n, (heads + 2 keyValueHeads) * headWidth]. */
  readonly packed: string;
  /** In the cache's element type, [1, keyValueHeads, capacity, headWidth]. */
  readonly pastKey: string;
  readonly pastValue: string;
  readonly presentKey: string;
  readonly presentValue: string;
  /** float32 [1, n, heads * headWidth]. */
  readonly output: string;
}

/** Adds one layer's attention to the graph. Returns the name of its output. */
export type Attention = (layer: AttentionLayer) => string;
