/** Bytes a loaded model occupies. */
export interface MemoryUse {
  readonly weights: number;
  readonly cache: number;
  /** Compute and output buffers. */
  readonly buffers: number;
}
