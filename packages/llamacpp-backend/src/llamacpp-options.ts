import type { LoadModelOptions } from '@foretoken/core';
import type { LayerSelection } from '@foretoken/models';
import type { QuantizationFormat } from './quantize-model.js';

/** Formats of the KV cache, by the engine's numbers. */
export const kvTypes = {
  f32: { id: 0 },
  f16: { id: 1 },
  bf16: { id: 30 },
  q8_0: { id: 8 },
  q4_0: { id: 2 },
} as const;

export type KvType = keyof typeof kvTypes;

/**
 * With `layers` or `skipLayers` a file of the layers that stay is written once, and kept (see `pruneLayers`); with
 * `weightFormat` a file in that format.
 */
export interface LlamacppOptions extends LoadModelOptions, LayerSelection {
  /** Layers to place on a GPU; 0: none, Infinity: all. Default 0. Needs a library with a device and its driver. */
  readonly gpuLayers?: number | undefined;
  /** Format of keys and values in the cache; default f16. f32 turns fused attention off, which rounds them to f16. */
  readonly kvType?: KvType | undefined;
  /**
   * Format to requantise the weights to with llama.cpp's own quantisation, as `quantizeModel` does it. A source that is
   * quantised itself keeps the errors it has. Default: as the file is.
   */
  readonly weightFormat?: QuantizationFormat | undefined;
  /** Folder for files of fewer layers or of other formats; default: FORETOKEN_CACHE, else the system's folder for caches. */
  readonly cacheFolder?: string | undefined;
}
