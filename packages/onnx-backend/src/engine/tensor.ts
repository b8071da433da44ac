import { type ElementType, elementBytes } from '../graph/file/element-types.js';

/** A tensor in this process's memory, which an engine reads or wrote. */
export interface HostTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: HostArray;
}

export type HostArray = Float32Array | Uint16Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;

/** A tensor where the engine computes; only the engine looks inside. */
export interface DeviceTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** What a graph declares of an input or output; a string or -1 is a length that the caller chooses. */
export interface TensorDescription {
  readonly name: string;
  /** Undefined for a type that none of our graphs has. */
  readonly type: ElementType | undefined;
  readonly shape: readonly (number | string)[];
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function byteCount(type: ElementType, shape: readonly number[]): number {
  return elementCount(shape) * elementBytes(type);
}

/** An array of a type over a part of a buffer. */
export function hostArray(
  type: ElementType,
  buffer: ArrayBuffer,
  byteOffset: number,
  length: number,
): HostArray {
  return new arrays[type](buffer, byteOffset, length);
}

const arrays = {
  float32: Float32Array,
  float16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
} as const;
