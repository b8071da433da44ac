import type { LayerSelection } from '@foretoken/models';

/** How a graph stores the matrices of a model. */
export type GraphWeightFormat = 'float32' | 'float16' | 'int8' | 'int4';

/** What a generated graph is to be like. */
export interface GraphOptions extends LayerSelection {
  /**
   * `int8`: blocks of 32 with one scale, bit for bit GGUF's Q8_0; `int4`: likewise Q4_0; `float16`: stored so,
   * computed in float32 (ONNX Runtime's CPU kernels have no float16 product on x64). Default: int8 and int4 for
   * sources in Q8_0 and Q4_0, float16 for those in F16, float32 otherwise.
   */
  readonly weightFormat?: GraphWeightFormat | undefined;
  /**
   * `accuracy_level` of the int8 and int4 products: 4 rounds each row's activations to 8 bits, a scale for every
   * 32, and multiplies whole numbers; 1 computes in float32. Default 4.
   */
  readonly accuracyLevel?: 1 | 4 | undefined;
  /** Inputs `position_ids` and `attention_bias`, which tree passes need. Default true. */
  readonly trees?: boolean | undefined;
  /** Element type of the keys and values in the cache. Default float32. */
  readonly cacheType?: 'float32' | 'float16' | undefined;
  /**
   * Attention, norms and gates from ONNX's own operators instead of ONNX Runtime's fused ones: for providers
   * that lack those, or whose fused attention takes no bias. With float32 or float16 weights every operator is
   * a standard one. On the CPU the rows of a chain then have the same bits however many come in a pass, at up to
   * 14 % more time (the README has the numbers). Default false.
   */
  readonly decomposed?: boolean | undefined;
  /** Positions that the graph can tell apart, at most what the model was trained for, which is the default. */
  readonly contextLength?: number | undefined;
}
