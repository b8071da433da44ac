import type { TensorType } from './tensor-types.js';

/** A tensor for `writeGguf`. */
export interface TensorToWrite {
  readonly name: string;
  /** Fastest dimension first. */
  readonly shape: readonly number[];
  readonly type: TensorType;
  /** Makes the tensor's bytes; called once, when its turn comes, so that one tensor is in memory at a time. */
  readonly data: () => Promise<Uint8Array>;
}
