import koffi from 'koffi';
import { EngineError } from '@foretoken/core';
import { type ElementType, elementBytes, elementTypeByNumber } from '../graph/element-types.js';
import { copyTensorRows } from './copy-tensor-rows.js';
import { loadError } from './load-error.js';
import { type BindingSession, NativeBinding } from './native-binding.js';
import { type NativeTensor, tensorValue } from './native-tensor.js';
import type { OnnxBinding, OnnxSession, RowCopy } from './onnx-session.js';
import type { Pointer } from './ort-functions.js';
import { fatal, type OrtLibrary, ortLibrary } from './ort-library.js';
import { appendProvider } from './providers.js';
import { configEntries, type SessionOptions } from './session-options.js';
import { byteCount, type DeviceTensor, type TensorDescription } from './tensor.js';

/** Of `GraphOptimizationLevel`. */
const allOptimizations = 99;
/** Of `OrtAllocatorType`: memory comes from the device and goes back to it. */
const deviceAllocator = 0;
/** Of `OrtMemType`. */
const defaultMemory = 0;

/** @throws EngineError, InvalidModelFileError, UnsupportedError. */
export async function openNativeSession(path: string, options: SessionOptions): Promise<OnnxSession> {
  const library = ortLibrary(options.libraryPath);
  const settings = library.createSessionOptions();
  try {
    library.setThreads(settings, options.threads);
    library.setOptimizationLevel(settings, allOptimizations);
    library.setLogSeverity(settings, fatal);
    for (const [key, value] of Object.entries(configEntries(options))) {
      library.addConfigEntry(settings, key, value);
    }
    if (options.provider !== undefined) appendProvider(library, settings, options.provider);
    const session = await library.createSession(library.environment, path, settings).catch((error: unknown) => {
      throw loadError(path, error);
    });
    return new NativeSession(library, session, options);
  } finally {
    library.releaseSessionOptions(settings);
  }
}

/** A graph loaded through the C API. */
class NativeSession implements OnnxSession, BindingSession {
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  readonly engine: string;
  readonly library: OrtLibrary;
  readonly session: Pointer;
  readonly runOptions: Pointer;
  readonly cpuMemory: Pointer;
  readonly copiesInputs: boolean;
  readonly #deviceMemory: Pointer;
  readonly #allocator: Pointer;

  constructor(library: OrtLibrary, session: Pointer, { provider }: SessionOptions) {
    this.library = library;
    this.session = session;
    this.engine = `ONNX Runtime ${library.version} (C API)`;
    const onCuda = provider?.name.toUpperCase() === 'CUDA';
    this.copiesInputs = provider !== undefined && !onCuda;
    this.runOptions = library.createRunOptions();
    this.cpuMemory = library.createMemoryInfo('Cpu', deviceAllocator, 0, defaultMemory);
    this.#deviceMemory = library.createMemoryInfo(onCuda ? 'Cuda' : 'Cpu', deviceAllocator, 0, defaultMemory);
    this.#allocator = library.createAllocator(session, this.#deviceMemory);
    this.inputs = describe(library, session, library.inputCount, library.inputName, library.inputType);
    this.outputs = describe(library, session, library.outputCount, library.outputName, library.outputType);
  }

  allocate(type: ElementType, shape: readonly number[]): DeviceTensor {
    const { library } = this;
    const memory = library.allocate(this.#allocator, byteCount(type, shape));
    const value = tensorValue(library, this.#deviceMemory, memory, type, shape);
    const tensor: NativeTensor = { type, shape, memory, value };
    return tensor;
  }

  free(tensor: DeviceTensor): void {
    const { memory, value } = tensor as NativeTensor;
    this.library.releaseTensor(value);
    this.library.freeAllocation(this.#allocator, memory);
  }

  copyRows(from: DeviceTensor, to: DeviceTensor, copies: readonly RowCopy[]): void {
    const [source, target] = [bytesOf(from as NativeTensor), bytesOf(to as NativeTensor)];
    copyTensorRows(source, from.shape, target, to.shape, elementBytes(from.type), copies);
  }

  bind(
    inputs: ReadonlyMap<string, DeviceTensor>,
    outputs: ReadonlyMap<string, DeviceTensor>,
  ): OnnxBinding {
    return new NativeBinding(this, inputs, outputs);
  }

  async close(): Promise<void> {
    const { library } = this;
    library.releaseAllocator(this.#allocator);
    library.releaseMemoryInfo(this.#deviceMemory);
    library.releaseMemoryInfo(this.cpuMemory);
    library.releaseRunOptions(this.runOptions);
    library.releaseSession(this.session);
  }
}

function bytesOf({ memory, type, shape }: NativeTensor): Uint8Array {
  return new Uint8Array(koffi.view(memory, byteCount(type, shape)));
}

function describe(
  library: OrtLibrary,
  session: Pointer,
  count: OrtLibrary['inputCount'],
  nameAt: OrtLibrary['inputName'],
  typeAt: OrtLibrary['inputType'],
): TensorDescription[] {
  return Array.from({ length: count(session) }, (_, index) => {
    const name = takeString(library, nameAt(session, index, library.defaultAllocator()));
    const type = typeAt(session, index);
    try {
      const info = library.tensorInfo(type);
      if (info === 0n) return { name, type: undefined, shape: [] };
      const rank = library.dimensionCount(info);
      const lengths = new BigInt64Array(Math.max(1, rank));
      library.dimensions(info, lengths, rank);
      const names = symbolicNames(library, info, rank);
      return {
        name,
        type: elementTypeByNumber(library.elementType(info)),
        shape: names.map((symbol, axis) => {
          const length = Number(lengths[axis]);
          return length >= 0 ? length : symbol;
        }),
      };
    } finally {
      library.releaseType(type);
    }
  });
}

function symbolicNames(library: OrtLibrary, info: Pointer, rank: number): string[] {
  if (rank === 0) return [];
  const pointers = new BigUint64Array(rank);
  library.symbolicDimensions(info, new Uint8Array(pointers.buffer), rank);
  // They belong to the type.
  return Array.from(pointers, (pointer) => (pointer === 0n ? '' : koffi.decode.string(pointer)));
}

/** A text that the engine allocated for us. */
function takeString(library: OrtLibrary, pointer: Pointer): string {
  if (pointer === 0n) throw new EngineError('ONNX Runtime gave no text where it must.');
  const text = koffi.decode.string(pointer);
  library.freeAllocation(library.defaultAllocator(), pointer);
  return text;
}
