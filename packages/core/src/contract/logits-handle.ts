/**
 * Logits of one forward request, wherever they live.
 *
 * Views stay valid until the next forward of the same model starts; a model that has passes queued
 * starts the next one only after the microtasks of the finished one have run. So: await the pass, then
 * read synchronously. Rollback does not end them.
 */
export interface LogitsHandle {
  /** Number of rows, as many as the request wanted. */
  readonly rowCount: number;
  readonly vocabularySize: number;
  /** Row `row` as float32, [vocabularySize]; a zero-copy view on a CPU engine. Not to be written to. */
  read(row: number): Float32Array;
  /** The logits of some tokens, [tokens]. */
  gather(row: number, tokens: ArrayLike<number>): Float32Array;
  /** The `count` largest logits in descending order; ties by ascending id. */
  topK(row: number, count: number): { readonly tokens: Int32Array; readonly logits: Float32Array };
  /** Natural log of the sum of exponentials of the row. */
  logSumExp(row: number): number;
}
