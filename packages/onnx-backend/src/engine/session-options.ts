/** An execution provider by ONNX Runtime's name, with its options. */
export interface ProviderOption {
  /** `CUDA`, `DML`, `CoreML`, `WebGPU`, ... */
  readonly name: string;
  readonly options?: Readonly<Record<string, string>> | undefined;
}

/** How a graph is to be loaded. */
export interface SessionOptions {
  readonly threads: number;
  /** Undefined: the CPU. */
  readonly provider: ProviderOption | undefined;
  /** The C API's library; undefined: the one that onnxruntime-node ships. */
  readonly libraryPath: string | undefined;
}

/** Session settings that both access paths hand to the engine. */
export const configEntries: Readonly<Record<string, string>> = {
  // Between operations a thread waits awake, which is faster than to be woken, but not for long: where other
  // processes have the cores, threads that wait awake for each other would cost several times the pass.
  'session.intra_op.allow_spinning': '1',
  'session.intra_op.spin_duration_us': '100',
  // After a pass the cores are the event loop's.
  'session.force_spinning_stop': '1',
  // Freed as soon as the weights are repacked for the kernels.
  'session.use_device_allocator_for_initializers': '1',
};
