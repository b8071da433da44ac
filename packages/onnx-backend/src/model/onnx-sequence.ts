import { EngineSequence, type PendingTree } from '@foretoken/core/backend';
import type { DecoderCache } from './decoder.js';
import type { OnnxModel } from './onnx-model.js';

/** A sequence with a cache of its own: a rollback is a smaller length in the next pass. */
export class OnnxSequence extends EngineSequence {
  override readonly model: OnnxModel;
  readonly cache: DecoderCache;

  constructor(model: OnnxModel, cache: DecoderCache, length: number) {
    super(length);
    this.model = model;
    this.cache = cache;
  }

  override truncateCache(): void {
    // Every pass says how many tokens of the cache are valid.
  }

  override releaseCache(): void {
    this.model.releaseCache(this);
  }

  protected override keepPath({ start, leaves }: PendingTree, path: readonly number[]): void {
    // The nodes of a tree without branches lie where a chain's do.
    if (leaves.length > 1) this.cache.keepPath(start, path);
  }

  protected override copyCache(fork: OnnxSequence, length: number): void {
    fork.cache.copyFrom(this.cache, length);
  }
}
