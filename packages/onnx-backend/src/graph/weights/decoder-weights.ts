import type { GgufFile } from '@foretoken/models';
import type { DecoderShape } from './decoder-shape.js';

/** A stored matrix or vector. */
export interface StoredWeight {
  readonly name: string;
  /** Outputs of a matrix, rows of a table; 1 for a vector. */
  readonly rows: number;
  readonly columns: number;
  /** `F32`, `F16`, `BF16`, `Q8_0`, ... */
  readonly format: string;
}

/** Weights by name, wherever they are stored. */
export interface StoredWeights {
  /** The file or folder, for messages. */
  readonly path: string;
  find(name: string): StoredWeight | undefined;
  /** Names of all stored weights. */
  names(): readonly string[];
  /** The bytes as stored, row after row, in portions of whole rows: a large table is never in memory as a whole. */
  portions(name: string): AsyncIterable<Uint8Array>;
}

/**
 * The weights of a decoder, under GGUF's names (`blk.0.attn_q.weight`).
 * Query and key rows come in the order in which element i of a head is rotated with i + width / 2.
 */
export interface DecoderWeights extends StoredWeights {
  readonly shape: DecoderShape;
  /** The file that they are in, where it is a GGUF file. */
  readonly gguf?: GgufFile | undefined;
  /** Numbers in the source of the layers that are left, ascending; undefined: all. */
  readonly sourceLayers?: readonly number[] | undefined;
}
