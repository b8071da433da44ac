import koffi, { type LibraryHandle } from 'koffi';
import type { Pointer } from './native-functions.js';

/** `GGML_MAX_N_THREADS` of llama.cpp 0.5.0. */
export const mostThreads = 512;
const cpuDevice = 0;

const parametersType = koffi.struct('ggml_threadpool_params', {
  cpumask: koffi.array('bool', mostThreads),
  n_threads: 'int32',
  prio: 'int32',
  poll: 'uint32',
  strict_cpu: 'bool',
  paused: 'bool',
});

/** Rounds of waiting awake, in the engine's unit: about 2 ms, longer than the host's work between passes. */
const polling = 1;

/**
 * A pool of compute threads for all passes of this process, which take turns on it.
 *
 * Without one the engine starts and ends its threads in every pass; a new thread often begins on the core
 * that its caller waits on, and both then stand still for a scheduler's time slice.
 */
export function createThreadPool(base: LibraryHandle, ggml: LibraryHandle, threads: number): Pointer {
  const device: unknown = ggml.func('ggml_backend_dev_by_type', 'void *', ['int32'])(cpuDevice);
  const registry: unknown = base.func('ggml_backend_dev_backend_reg', 'void *', ['void *'])(device);
  const procedure = base.func('ggml_backend_reg_get_proc_address', 'void *', ['void *', 'str']);
  const defaults = base.func('ggml_threadpool_params_default', parametersType, ['int32']);
  const type = koffi.proto('ggml_threadpool_new_t', 'void *', [koffi.pointer(parametersType)]);
  const parameters = { ...(defaults(threads) as object), poll: polling };
  return koffi.call(procedure(registry, 'ggml_threadpool_new'), type, parameters) as Pointer;
}
