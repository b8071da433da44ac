/** Bytes a loaded model occupies. */
export interface MemoryUse {
  readonly weights: number;
  readonly cache: number;
  /** Output buffers, and compute buffers where the engine tells their size. */
  readonly buffers: number;
}
