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

/**
 * Between passes the threads sleep. Waiting awake (the engine's default, 50) holds a core that the other model of a
 * pair or the host needs next: on 2 cores one round in ten then stood still for a time slice of 15 ms, and rounds
 * of three draft tokens took 1.4 times as long on average.
 */
const polling = 0;

/**
 * Pools of compute threads for all passes of this process, which take turns on them.
 *
 * Without one the engine starts and ends its threads in every pass; a new thread often begins on the core
 * that its caller waits on, and both then stand still for a scheduler's time slice. There is one for every
 * number of threads that is asked for: in a larger one, the threads without work would wait awake beside those
 * with it.
 */
export class ThreadPools {
  readonly #pools = new Map<number, Pointer>();
  readonly #create: (threads: number) => Pointer;

  constructor(base: LibraryHandle, ggml: LibraryHandle) {
    const device: unknown = ggml.func('ggml_backend_dev_by_type', 'void *', ['int32'])(cpuDevice);
    const registry: unknown = base.func('ggml_backend_dev_backend_reg', 'void *', ['void *'])(device);
    const procedure: unknown = base.func('ggml_backend_reg_get_proc_address', 'void *', ['void *', 'str'])(
      registry,
      'ggml_threadpool_new',
    );
    const type = koffi.proto('ggml_threadpool_new_t', 'void *', [koffi.pointer(parametersType)]);
    const defaults = base.func('ggml_threadpool_params_default', parametersType, ['int32']);
    this.#create = (threads) =>
      koffi.call(procedure, type, { ...(defaults(threads) as object), poll: polling }) as Pointer;
  }

  /** The pool of so many threads; the thread that asks for a pass is one of them. */
  of(threads: number): Pointer {
    const known = this.#pools.get(threads);
    if (known !== undefined) return known;
    const pool = this.#create(threads);
    this.#pools.set(threads, pool);
    return pool;
  }
}
