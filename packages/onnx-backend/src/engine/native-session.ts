import koffi from 'koffi';
import { EngineError } from '@foretoken/core';
import { anonymousRanges, useHugePages } from '@foretoken/models';
import { type ElementType, elementBytes, elementTypeByNumber } from '../graph/file/element-types.js';
import { copyTensorRows } from './copy-tensor-rows.js';
import { createSession, tryProvider } from './create-session.js';
import { DeviceLogits } from './device-logits.js';
import { DeviceTools } from './device-tools.js';
import { type BindingSession, NativeBinding } from './native-binding.js';
import { type NativeSlice, type NativeTensor, tensorValue } from './native-tensor.js';
import type { DeviceRows, OnnxBinding, OnnxSession, RowCopy } from './onnx-session.js';
import type { Pointer } from './ort-functions.js';
import { type OrtLibrary, ortLibrary } from './ort-library.js';
import type { ProviderOption, SessionOptions } from './session-options.js';
import { adviseMemory, returnFreeMemory } from './system-allocator.js';
import { byteCount, type DeviceTensor, type TensorDescription } from './tensor.js';

/** Of `OrtAllocatorType`: memory comes from the device and goes back to it. */
const deviceAllocator = 0;
/** Of `OrtMemType`. */
const defaultMemory = 0;

/** @throws EngineError where the library does not load. */
export function loadLibrary(libraryPath: string | undefined): void {
  ortLibrary(libraryPath);
}

/** Finds out whether a provider loads. @throws EngineError naming what is missing. */
export function checkProvider(provider: ProviderOption, libraryPath: string | undefined): void {
  tryProvider(ortLibrary(libraryPath), provider);
}

/**
 * @param keepOutputs leaves logits where they are computed; default: on a GPU.
 * @throws EngineError, InvalidModelFileError, UnsupportedError.
 */
export async function openNativeSession(
  path: string,
  options: SessionOptions,
  keepOutputs: boolean = isCuda(options),
): Promise<OnnxSession> {
  const library = ortLibrary(options.libraryPath);
  const before = anonymousRanges();
  const session = new NativeSession(library, await createSession(library, path, options), options);
  if (keepOutputs) await session.openTools(options);
  await returnFreeMemory();
  await useHugePages(before, adviseMemory);
  return session;
}

function isCuda({ provider }: SessionOptions): boolean {
  return provider?.name.toUpperCase() === 'CUDA';
}

/** A graph loaded through the C API. */
class NativeSession implements OnnxSession, BindingSession {
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  readonly engine: string;
  readonly copiesCaches = false;
  readonly library: OrtLibrary;
  readonly session: Pointer;
  readonly runOptions: Pointer;
  readonly cpuMemory: Pointer;
  readonly deviceMemory: Pointer;
  readonly copiesInputs: boolean;
  readonly #allocator: Pointer;
  #tools: DeviceTools | undefined;

  constructor(library: OrtLibrary, session: Pointer, options: SessionOptions) {
    this.library = library;
    this.session = session;
    this.engine = `ONNX Runtime ${library.version} (C API)`;
    this.copiesInputs = options.provider !== undefined && !isCuda(options);
    this.runOptions = library.createRunOptions();
    const memoryInfo = (name: string): Pointer =>
      library.createMemoryInfo(name, deviceAllocator, 0, defaultMemory);
    this.cpuMemory = memoryInfo('Cpu');
    this.deviceMemory = memoryInfo(isCuda(options) ? 'Cuda' : 'Cpu');
    this.#allocator = library.createAllocator(session, this.deviceMemory);
    this.inputs = describe(library, session, library.inputCount, library.inputName, library.inputType);
    this.outputs = describe(library, session, library.outputCount, library.outputName, library.outputType);
  }

  get deviceRows(): DeviceRows | undefined {
    const tools = this.#tools;
    if (tools === undefined) return undefined;
    return {
      slice: (tensor, first, count): NativeSlice => {
        const [, width = 0] = tensor.shape;
        const start = first * width * elementBytes(tensor.type);
        return {
          type: tensor.type,
          shape: [count, width],
          memory: (tensor as NativeTensor).memory + BigInt(start),
        };
      },
      logits: (tensor, first, count) => new DeviceLogits(tools, tensor, first, count),
    };
  }

  async openTools(options: SessionOptions): Promise<void> {
    this.#tools = await DeviceTools.open(this, options);
  }

  allocate(type: ElementType, shape: readonly number[]): DeviceTensor {
    const { library } = this;
    // A tensor without elements needs an address all the same.
    const memory = library.allocate(this.#allocator, Math.max(1, byteCount(type, shape)));
    const value = tensorValue(library, this.deviceMemory, memory, type, shape);
    const tensor: NativeTensor = { type, shape, memory, value };
    return tensor;
  }

  free(tensor: DeviceTensor): void {
    const { memory, value } = tensor as NativeTensor;
    this.library.releaseTensor(value);
    this.library.freeAllocation(this.#allocator, memory);
  }

  copyRows(from: DeviceTensor, to: DeviceTensor, copies: readonly RowCopy[]): void {
    if (this.#tools !== undefined) {
      this.#tools.copy(from as NativeTensor, to as NativeTensor);
      return;
    }
    const [source, target] = [bytesOf(from as NativeTensor), bytesOf(to as NativeTensor)];
    copyTensorRows(source, from.shape, target, to.shape, elementBytes(from.type), copies);
  }

  bind(inputs: ReadonlyMap<string, DeviceTensor>, outputs: ReadonlyMap<string, DeviceTensor>): OnnxBinding {
    return new NativeBinding(this, inputs, outputs);
  }

  async close(): Promise<void> {
    const { library } = this;
    this.#tools?.close();
    library.releaseAllocator(this.#allocator);
    library.releaseMemoryInfo(this.deviceMemory);
    library.releaseMemoryInfo(this.cpuMemory);
    library.releaseRunOptions(this.runOptions);
    library.releaseSession(this.session);
  }
}

/** Views of tensors' memory: V8 counts a new one as so much memory taken, and collects garbage for it. */
const views = new WeakMap<NativeTensor, Uint8Array>();

function bytesOf(tensor: NativeTensor): Uint8Array {
  let bytes = views.get(tensor);
  if (bytes === undefined) {
    bytes = new Uint8Array(koffi.view(tensor.memory, byteCount(tensor.type, tensor.shape)));
    views.set(tensor, bytes);
  }
  return bytes;
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
