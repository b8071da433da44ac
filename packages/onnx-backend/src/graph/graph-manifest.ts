import type { Architecture } from './weights/decoder-shape.js';
import type { GraphWeightFormat } from './graph-options.js';

/** Rises with every change of the graphs that the generator makes. */
export const generatorVersion = 1;

/** Slots that a cache may have beyond a graph's positions: a tree takes more slots than it is deep. */
export const spareSlots = 128;

/** The key of the manifest in a model's `metadata_props`. */
export const manifestKey = 'foretoken.manifest';

/**
 * What a generated graph is and how it is run; stored in the graph itself as JSON.
 *
 * Inputs, in this order (n new tokens, of which r rows are wanted; the cache has room for `capacity` tokens):
 * - `input_ids` int64 [1, n], n at least 1
 * - with `trees`: `position_ids` int64 [1, n], below `contextLength`; `attention_bias` float32 [1, 1, n, total],
 *   added to the attention scores: 0, or `maskedBias` where a row must not see a slot. See `planTreePass`.
 * - `rows` int64 [r]: indices of the wanted rows, 0 to n - 1; r may be 0
 * - `seqlens_k` int32 [1]: total - 1 (not with `decomposed`)
 * - `total_sequence_length` int32 []: total, the slots in use after the pass. The new tokens take the slots
 *   total - n to total - 1.
 * - `past_key_values.L.key` and `.value` for each layer L: `cacheType` [1, keyValueHeads, capacity, headWidth]
 *
 * Outputs:
 * - `logits` float32 [r, vocabularySize]
 * - `hidden_states` float32 [r, width], after the final norm; computed in any case, so reading them is free
 * - `present.L.key` and `.value` like the past: bind the same buffers, then only the new slots are written.
 *
 * A pass of a chain on an empty cache has total = n. The rows see every slot below total - n and, among the new
 * ones, those up to their own (with `trees`: plus the bias).
 */
export interface GraphManifest {
  readonly generatorVersion: number;
  readonly architecture: Architecture;
  readonly weightFormat: GraphWeightFormat;
  readonly accuracyLevel: 1 | 4;
  readonly trees: boolean;
  readonly cacheType: 'float32' | 'float16';
  readonly decomposed: boolean;
  readonly vocabularySize: number;
  /** Most positions; a cache may have `spareSlots` more slots. */
  readonly contextLength: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headWidth: number;
  /** SHA-256 of the weights' source. */
  readonly sourceHash: string;
  /** Numbers of the source's layers that the graph has, ascending; undefined: all. */
  readonly sourceLayers?: readonly number[] | undefined;
}
