import type { LanguageModel } from './language-model.js';

export const contractVersion = 'v1';

/** Options that every backend understands; each has more of its own. */
export interface LoadModelOptions {
  /** Tokens of context; default: what the model was trained for. */
  readonly contextLength?: number | undefined;
  /** CPU threads of a pass; default: what the engine finds fastest, or the machine's cores. */
  readonly threads?: number | undefined;
  /** Sequences that may be alive at once; default 4. */
  readonly maximumSequences?: number | undefined;
  /**
   * Bytes of memory that the model may take; default: the machine's, or what its container is allowed. What is predicted to
   * take more is refused before it is loaded.
   */
  readonly memoryLimit?: number | undefined;
  /** Reports loading, 0 to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An inference engine behind the contract. */
export interface Backend<Options extends LoadModelOptions = LoadModelOptions> {
  readonly contractVersion: typeof contractVersion;
  /** `llamacpp`, `onnx`, ... */
  readonly name: string;
  /** @param source path of a model file. */
  loadModel(source: string, options?: Options): Promise<LanguageModel>;
}
