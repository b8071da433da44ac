/** An execution provider by ONNX Runtime's name, with its options. */
export interface ProviderOption {
  /** `CUDA`, `DML`, `CoreML`, `WebGPU`, ... */
  readonly name: string;
  readonly options?: Readonly<Record<string, string>> | undefined;
}

/** How a graph is to be loaded. */
export interface SessionOptions {
  readonly threads: number;
  /** Threads wait awake for their next work. */
  readonly spinning: boolean;
  /** Undefined: the CPU. */
  readonly provider: ProviderOption | undefined;
  /** The C API's library; undefined: the one that onnxruntime-node ships. */
  readonly libraryPath: string | undefined;
}

/** Session settings that both access paths hand to the engine. */
export function configEntries({ spinning }: SessionOptions): Readonly<Record<string, string>> {
  return {
    'session.intra_op.allow_spinning': spinning ? '1' : '0',
    // Freed as soon as the weights are repacked for the kernels.
    'session.use_device_allocator_for_initializers': '1',
  };
}
