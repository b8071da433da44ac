import type { HeadModel, MemoryUse } from '@foretoken/core';

/** A loaded head, and what it does not say of itself. The profile calls it by its own name. */
export interface ProfiledHead {
  readonly model: HeadModel;
  /** The file that it was loaded from. */
  readonly file: string;
  /** Bytes that its file lets expect, as far as they can be told. */
  readonly predictedMemory?: Partial<MemoryUse> | undefined;
}
