import type { GraphOptions } from '../graph/graph-options.js';
import type { OnnxOptions } from '../model/onnx-options.js';

export interface HeadOptions
  extends Pick<OnnxOptions, 'threads' | 'signal' | 'access' | 'cacheFolder' | 'libraryPath'>,
    Pick<GraphOptions, 'weightFormat' | 'accuracyLevel'> {
  /**
   * The target's weights, a GGUF file or a Hugging Face folder, on whichever engine it runs: an EAGLE head shares its
   * embedding matrix. An MLP speculator does without.
   */
  readonly target?: string | undefined;
}
