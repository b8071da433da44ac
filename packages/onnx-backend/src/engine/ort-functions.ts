import koffi, { type TypeObject } from 'koffi';

/** An address in the engine's memory. */
export type Pointer = bigint;

/** What a parameter can be handed. Arrays are read by the engine during the call only. */
type Argument = Pointer | number | string | boolean | null | Uint8Array | BigInt64Array | readonly string[];

/** A function that makes something; throws where the engine reports a failure. */
type Maker<Arguments extends readonly Argument[], Result = Pointer> = (...values: Arguments) => Result;

type Release = (object: Pointer) => void;

/** The functions of `OrtApi` that this package calls, with their status checked and their result returned. */
export interface OrtFunctions {
  createEnvironment: Maker<[severity: number, name: string]>;
  createSessionOptions: Maker<[]>;
  setOptimizationLevel: Maker<[options: Pointer, level: number], void>;
  setThreads: Maker<[options: Pointer, count: number], void>;
  setLogSeverity: Maker<[options: Pointer, severity: number], void>;
  addConfigEntry: Maker<[options: Pointer, key: string, value: string], void>;
  appendProvider: Maker<
    [options: Pointer, name: string, keys: readonly string[], values: readonly string[], count: number],
    void
  >;
  createCudaOptions: Maker<[]>;
  updateCudaOptions: Maker<
    [options: Pointer, keys: readonly string[], values: readonly string[], count: number],
    void
  >;
  appendCuda: Maker<[options: Pointer, cudaOptions: Pointer], void>;
  /** Reads and prepares a model on a thread of its own. */
  createSession(environment: Pointer, path: string, options: Pointer): Promise<Pointer>;
  /** Reads a model of these bytes, on this thread. */
  createSessionFromBytes: Maker<[environment: Pointer, bytes: Uint8Array, length: number, options: Pointer]>;
  inputCount: Maker<[session: Pointer], number>;
  outputCount: Maker<[session: Pointer], number>;
  inputName: Maker<[session: Pointer, index: number, allocator: Pointer]>;
  outputName: Maker<[session: Pointer, index: number, allocator: Pointer]>;
  inputType: Maker<[session: Pointer, index: number]>;
  outputType: Maker<[session: Pointer, index: number]>;
  /** 0n for what is no tensor; belongs to the type. */
  tensorInfo: Maker<[type: Pointer]>;
  elementType: Maker<[tensorInfo: Pointer], number>;
  dimensionCount: Maker<[tensorInfo: Pointer], number>;
  dimensions: Maker<[tensorInfo: Pointer, values: BigInt64Array, count: number], void>;
  symbolicDimensions: Maker<[tensorInfo: Pointer, names: Uint8Array, count: number], void>;
  defaultAllocator: Maker<[]>;
  createMemoryInfo: Maker<[name: string, allocator: number, device: number, kind: number]>;
  createAllocator: Maker<[session: Pointer, memoryInfo: Pointer]>;
  allocate: Maker<[allocator: Pointer, bytes: number]>;
  freeAllocation: Maker<[allocator: Pointer, memory: Pointer], void>;
  createTensor: Maker<
    [memoryInfo: Pointer, data: Pointer, bytes: number, shape: BigInt64Array, rank: number, type: number]
  >;
  createBinding: Maker<[session: Pointer]>;
  bindInput: Maker<[binding: Pointer, name: string, value: Pointer], void>;
  bindOutput: Maker<[binding: Pointer, name: string, value: Pointer], void>;
  synchronizeOutputs: Maker<[binding: Pointer], void>;
  createRunOptions: Maker<[]>;
  /** Runs a pass on a thread of its own. */
  run(session: Pointer, runOptions: Pointer, binding: Pointer): Promise<void>;
  /** Runs a pass on this thread. */
  runNow: Maker<[session: Pointer, runOptions: Pointer, binding: Pointer], void>;
  availableProviders(): string[];
  releaseSessionOptions: Release;
  releaseCudaOptions: Release;
  releaseSession: Release;
  releaseType: Release;
  releaseMemoryInfo: Release;
  releaseAllocator: Release;
  releaseTensor: Release;
  releaseBinding: Release;
  releaseRunOptions: Release;
}

/** Functions of `OrtApi` are found by their place in the table, which only ever grows at its end. */
export const tableLength = 218;

/**
 * Binds the functions of a table of 218 or more. Places and parameters as in onnxruntime_c_api.h.
 *
 * @param fail makes the error of a message.
 */
export function bindFunctions(
  table: readonly Pointer[],
  fail: (message: string, code: number) => Error,
): OrtFunctions {
  const pointer = 'void *';
  const out = koffi.out('void **');
  const path = process.platform === 'win32' ? 'str16' : 'str';

  type Native = ((...values: unknown[]) => unknown) & { async(...values: unknown[]): void };
  const native = (place: number, parameters: unknown[], result: string = pointer): Native =>
    koffi.decode(
      table[place],
      (koffi.proto as (result: string, parameters: unknown[]) => TypeObject)(result, parameters),
    ) as Native;
  const statusCode = native(1, [pointer], 'int');
  const statusMessage = native(2, [pointer], 'str');
  const releaseStatus = native(93, [pointer], 'void');
  const check = (status: unknown): void => {
    if (isNull(status)) return;
    const error = fail(statusMessage(status) as string, statusCode(status) as number);
    releaseStatus(status);
    throw error;
  };
  /** A function without a result. */
  const does = (place: number, parameters: unknown[]) => {
    const call = native(place, parameters);
    return (...values: unknown[]): void => check(call(...values));
  };
  /** A function whose last parameter is its result. */
  const gives = (place: number, parameters: unknown[], result: unknown = out) => {
    const call = native(place, [...parameters, result]);
    return (...values: unknown[]): unknown => {
      const holder: unknown[] = [null];
      check(call(...values, holder));
      return isNull(holder[0]) ? 0n : holder[0];
    };
  };
  const count = (place: number, parameters: unknown[], result: unknown) => {
    const call = gives(place, parameters, result);
    return (...values: unknown[]): number => Number(call(...values));
  };
  const release = (place: number): Release => native(place, [pointer], 'void') as unknown as Release;
  const async = (call: Native, values: unknown[]): Promise<void> =>
    new Promise((resolve, reject) => {
      call.async(...values, (error: unknown, status: unknown) => {
        try {
          if (error !== null && error !== undefined)
            throw fail(error instanceof Error ? error.message : JSON.stringify(error), 0);
          check(status);
          resolve();
        } catch (failure) {
          reject(failure as Error);
        }
      });
    });

  const runWithBinding = native(133, [pointer, pointer, pointer]);
  const createSession = native(7, [pointer, path, pointer, out]);
  const getProviders = native(125, [out, koffi.out('int *')]);
  const releaseProviders = does(126, [pointer, 'int']);
  const size = koffi.out('size_t *');
  const functions: Record<keyof OrtFunctions, unknown> = {
    createEnvironment: gives(3, ['int', 'str']),
    createSession: async (environment: Pointer, file: string, options: Pointer): Promise<unknown> => {
      const holder: unknown[] = [null];
      await async(createSession, [environment, file, options, holder]);
      return holder[0];
    },
    createSessionFromBytes: gives(8, [pointer, pointer, 'size_t', pointer]),
    createSessionOptions: gives(10, []),
    setLogSeverity: does(22, [pointer, 'int']),
    setOptimizationLevel: does(23, [pointer, 'int']),
    setThreads: does(24, [pointer, 'int']),
    inputCount: count(30, [pointer], size),
    outputCount: count(31, [pointer], size),
    inputType: gives(33, [pointer, 'size_t']),
    outputType: gives(34, [pointer, 'size_t']),
    inputName: gives(36, [pointer, 'size_t', pointer]),
    outputName: gives(37, [pointer, 'size_t', pointer]),
    createRunOptions: gives(39, []),
    createTensor: gives(49, [pointer, pointer, 'size_t', pointer, 'size_t', 'int']),
    tensorInfo: gives(55, [pointer]),
    elementType: count(60, [pointer], koffi.out('int *')),
    dimensionCount: count(61, [pointer], size),
    dimensions: does(62, [pointer, pointer, 'size_t']),
    symbolicDimensions: does(63, [pointer, pointer, 'size_t']),
    createMemoryInfo: gives(68, ['str', 'int', 'int', 'int']),
    allocate: gives(75, [pointer, 'size_t']),
    freeAllocation: does(76, [pointer, pointer]),
    defaultAllocator: gives(78, []),
    releaseMemoryInfo: release(94),
    releaseSession: release(95),
    releaseTensor: release(96),
    releaseRunOptions: release(97),
    releaseType: release(98),
    releaseSessionOptions: release(100),
    availableProviders: (): string[] => {
      const [names, length]: [unknown[], unknown[]] = [[null], [0]];
      check(getProviders(names, length));
      const texts = koffi.decode(names[0], 'str', Number(length[0])) as string[];
      releaseProviders(names[0], length[0]);
      return texts;
    },
    addConfigEntry: does(130, [pointer, 'str', 'str']),
    createAllocator: gives(131, [pointer, pointer]),
    releaseAllocator: release(132),
    run: (...values: unknown[]) => async(runWithBinding, values),
    runNow: (...values: unknown[]) => check(runWithBinding(...values)),
    createBinding: gives(134, [pointer]),
    releaseBinding: release(135),
    bindInput: does(136, [pointer, 'str', pointer]),
    bindOutput: does(137, [pointer, 'str', pointer]),
    synchronizeOutputs: does(203, [pointer]),
    appendCuda: does(204, [pointer, pointer]),
    createCudaOptions: gives(205, []),
    updateCudaOptions: does(206, [pointer, 'const char **', 'const char **', 'size_t']),
    releaseCudaOptions: release(208),
    appendProvider: does(216, [pointer, 'str', 'const char **', 'const char **', 'size_t']),
  };
  return functions as unknown as OrtFunctions;
}

function isNull(value: unknown): boolean {
  return value === null || value === undefined || value === 0n;
}
