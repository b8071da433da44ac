import koffi from 'koffi';
import { type ElementType, elementTypeNumber } from '../graph/file/element-types.js';
import type { OrtLibrary } from './ort-library.js';
import type { Pointer } from './ort-functions.js';
import { byteCount, type DeviceTensor, type HostTensor } from './tensor.js';

/** A tensor in memory that an allocator of the engine gave: on the CPU or on a GPU. */
export interface NativeTensor extends DeviceTensor {
  readonly memory: Pointer;
  /** The `OrtValue`. */
  readonly value: Pointer;
}

/** A part of such a tensor. */
export interface NativeSlice extends DeviceTensor {
  readonly memory: Pointer;
}

/** The `OrtValue` of memory that stays where it is as long as the value lives. */
export function tensorValue(
  library: OrtLibrary,
  memoryInfo: Pointer,
  memory: Pointer,
  type: ElementType,
  shape: readonly number[],
): Pointer {
  return library.createTensor(
    memoryInfo,
    memory,
    byteCount(type, shape),
    BigInt64Array.from(shape, BigInt),
    shape.length,
    elementTypeNumber(type),
  );
}

/** The `OrtValue` of an array of this process: the engine reads or writes the array itself. */
export function hostValue(library: OrtLibrary, cpuMemory: Pointer, tensor: HostTensor): Pointer {
  return tensorValue(library, cpuMemory, koffi.address(tensor.data), tensor.type, tensor.shape);
}
