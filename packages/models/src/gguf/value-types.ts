import type { GgufScalar } from './gguf-file.js';

/** The scalars of GGUF metadata by their TypeScript types; 64-bit integers are bigints. */
export interface ScalarValues {
  uint8: number;
  int8: number;
  uint16: number;
  int16: number;
  uint32: number;
  int32: number;
  float32: number;
  bool: boolean;
  string: string;
  uint64: bigint;
  int64: bigint;
  float64: number;
}

export type ScalarName = keyof ScalarValues;

/** A metadata value with the type that it has in the file: a scalar, or a list of one kind. */
export type TypedValue = {
  [Name in ScalarName]:
    | { readonly type: Name; readonly value: ScalarValues[Name] }
    | { readonly type: `${Name}[]`; readonly value: readonly ScalarValues[Name][] };
}[ScalarName];

/** A scalar of fixed width. */
export interface FixedType {
  readonly bytes: number;
  read(bytes: Buffer): GgufScalar;
  write(bytes: Buffer, value: GgufScalar): void;
}

/** Numbers in the file. */
export const stringType = 8;
export const arrayType = 9;

export const scalarIds: Readonly<Record<ScalarName, number>> = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  string: stringType,
  uint64: 10,
  int64: 11,
  float64: 12,
};

export const scalarNames: ReadonlyMap<number, ScalarName> = new Map(
  Object.entries(scalarIds).map(([name, id]) => [id, name as ScalarName]),
);

/** Reading and writing by the number in the file; a string has no fixed width. */
export const fixedTypes: ReadonlyMap<number, FixedType> = new Map<number, FixedType>([
  fixed('uint8', 1, 'UInt8'),
  fixed('int8', 1, 'Int8'),
  fixed('uint16', 2, 'UInt16LE'),
  fixed('int16', 2, 'Int16LE'),
  fixed('uint32', 4, 'UInt32LE'),
  fixed('int32', 4, 'Int32LE'),
  fixed('float32', 4, 'FloatLE'),
  [
    scalarIds.bool,
    {
      bytes: 1,
      read: (bytes) => bytes.readUInt8() !== 0,
      write: (bytes, value) => bytes.writeUInt8(value === true ? 1 : 0),
    },
  ],
  fixed('uint64', 8, 'BigUInt64LE'),
  fixed('int64', 8, 'BigInt64LE'),
  fixed('float64', 8, 'DoubleLE'),
]);

type BufferAccess =
  | `${'U' | ''}Int8`
  | `${'U' | ''}Int${16 | 32}LE`
  | `Big${'U' | ''}Int64LE`
  | 'FloatLE'
  | 'DoubleLE';

function fixed(name: ScalarName, bytes: number, access: BufferAccess): [number, FixedType] {
  return [
    scalarIds[name],
    {
      bytes,
      read: (buffer) => buffer[`read${access}`](),
      write: (buffer, value) =>
        void (buffer[`write${access}`] as (value: GgufScalar) => number).call(buffer, value),
    },
  ];
}
