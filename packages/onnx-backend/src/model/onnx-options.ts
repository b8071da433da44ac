import type { LoadModelOptions } from '@foretoken/core';
import type { LayerSelection } from '@foretoken/models';
import type { Access } from '../engine/open-session.js';
import type { ProviderOption } from '../engine/session-options.js';
import type { GraphWeightFormat } from '../graph/graph-options.js';

/** `layers` and `skipLayers` choose the layers of a graph that is generated. */
export interface OnnxOptions extends LoadModelOptions, LayerSelection {
  /**
   * How ONNX Runtime is reached: `native` through its C API, `stock` through onnxruntime-node's JavaScript API.
   * Default: native, and stock where koffi or the library does not load.
   */
  readonly access?: Access | undefined;
  /** Where the model computes; `cuda` keeps cache and logits on the GPU. Default `cpu`. */
  readonly device?: 'cpu' | 'cuda' | undefined;
  /** Another execution provider, by ONNX Runtime's name; what it lacks runs on the CPU. */
  readonly provider?: ProviderOption | undefined;
  /** Format of the matrices in a graph that is generated; default: the one nearest to the source's. */
  readonly weightFormat?: GraphWeightFormat | undefined;
  /**
   * How 8-bit and 4-bit products are computed, of a graph that is generated: 4 rounds activations to 8 bits, 1
   * computes in float32, slower, but the same for one row and for many. Default 4.
   */
  readonly accuracyLevel?: 1 | 4 | undefined;
  /**
   * Attention from ONNX's own operators, of a graph that is generated: every row of a chain then has the same bits
   * in every pass. Default: only with `provider`, which may lack ONNX Runtime's own.
   */
  readonly decomposed?: boolean | undefined;
  /** Element type of the keys and values, of a graph that is generated. Default float32. */
  readonly cacheType?: 'float32' | 'float16' | undefined;
  /** Folder for generated graphs; default: FORETOKEN_CACHE, else the system's folder for caches. */
  readonly cacheFolder?: string | undefined;
  /**
   * A GGUF file, a tokenizer.json or its folder, whose tokenizer is to be used. Default: the model's own; for an
   * ONNX file the tokenizer.json beside it.
   */
  readonly tokenizer?: string | undefined;
  /** ONNX Runtime's library for native access; default: the one that onnxruntime-node ships. */
  readonly libraryPath?: string | undefined;
}
