import type { TensorType } from './tensor-types.js';
import type { TypedValue } from './value-types.js';

export type GgufScalar = number | bigint | boolean | string;
export type GgufValue = GgufScalar | readonly GgufScalar[];

export interface GgufTensor {
  readonly name: string;
  /** Elements by dimension, fastest first, as the file has them: a matrix is [columns, rows]. */
  readonly shape: readonly number[];
  readonly type: TensorType;
  /** The file that it is in: of a split model one of the parts. */
  readonly path: string;
  /** From the start of that file. */
  readonly offset: number;
  readonly byteLength: number;
}

/** The header of a GGUF file, checked against the file's size; of a split model the headers of all parts. */
export interface GgufFile {
  /** Of a split model the first part's. */
  readonly path: string;
  readonly version: number;
  /** Of all parts. */
  readonly byteLength: number;
  readonly alignment: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  /** The type that each metadata value has in the file. */
  readonly metadataTypes: ReadonlyMap<string, TypedValue['type']>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}
