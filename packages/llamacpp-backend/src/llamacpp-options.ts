import type { LoadModelOptions } from '@foretoken/core';

/** Formats of the KV cache, by the engine's numbers, with bytes per element. */
export const kvTypes = {
  f32: { id: 0, bytes: 4 },
  f16: { id: 1, bytes: 2 },
  bf16: { id: 30, bytes: 2 },
  q8_0: { id: 8, bytes: 1.0625 },
  q4_0: { id: 2, bytes: 0.5625 },
} as const;

export type KvType = keyof typeof kvTypes;

export interface LlamacppOptions extends LoadModelOptions {
  /** Layers to place on a GPU; 0: none, Infinity: all. Default 0. */
  readonly gpuLayers?: number | undefined;
  /** Format of keys and values in the cache; default f16. f32 turns fused attention off, which rounds them to f16. */
  readonly kvType?: KvType | undefined;
}
