import type { ForwardResult } from '@foretoken/core';

/** New tokens of one sequence that the engine reads in one run. */
export interface DecoderPass {
  /** [n]. */
  readonly tokens: readonly number[];
  /** Tokens in the cache before. */
  readonly start: number;
  /** Of a tree: index of every token's parent among the tokens, or -1, [n]. */
  readonly parents: readonly number[] | undefined;
  /** Indices of the wanted tokens, ascending. */
  readonly rows: readonly number[];
  /** Positions of the tokens of a chain; undefined: those from `start` on. [n]. */
  readonly positions?: readonly number[] | undefined;
  /** Of a head: the features that go with the tokens, [n][width]. */
  readonly features?: readonly Float32Array[] | undefined;
}

/** The keys and values of one sequence. */
export interface DecoderCache {
  /**
   * Runs a pass off the event loop. What is in the cache beyond `start` is overwritten.
   *
   * @param outputs where the rows go.
   * @param firstRow place of the pass's first row in the outputs.
   */
  run(pass: DecoderPass, outputs: DecoderOutputs, firstRow: number): Promise<void>;
  /** Moves the keys and values of nodes of a tree that began at `start` to where a chain would have them. */
  keepPath(start: number, nodes: readonly number[]): void;
  /** Takes the first tokens of another cache of the same decoder over. */
  copyFrom(other: DecoderCache, length: number): void;
  /** Bytes in use. */
  readonly byteLength: number;
  free(): void;
}

/** The rows of one forward call. */
export interface DecoderOutputs {
  /** The rows from `first` on, as the contract hands them out. */
  result(first: number, count: number, hiddenStates: boolean): ForwardResult;
}

/** A loaded graph as passes see it: its kind of cache, its inputs, its outputs. */
export interface Decoder {
  /** Bytes of what passes are handed in and out. */
  readonly bufferBytes: number;
  createCache(): DecoderCache;
  /** Room for the rows of one forward call; valid until the next call. */
  createOutputs(rowCount: number): DecoderOutputs;
  close(): Promise<void>;
}
