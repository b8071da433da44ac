import koffi from 'koffi';
import { findLibrary } from '../../packages/llamacpp-backend/src/library-path.js';

const base = koffi.load(findLibrary().ggmlBase);
const pointer = 'void *';
const declare = (
  name: string,
  result: string,
  ...parameters: string[]
): ((...values: unknown[]) => unknown) =>
  base.func(name, result, parameters) as (...values: unknown[]) => unknown;

const initParameters = koffi.struct({ no_alloc: 'bool', ctx: pointer });
const open = base.func('gguf_init_from_file', pointer, ['str', initParameters]);
const close = declare('gguf_free', 'void', pointer);
const versionOf = declare('gguf_get_version', 'uint32', pointer);
const alignmentOf = declare('gguf_get_alignment', 'size_t', pointer);
const dataOffset = declare('gguf_get_data_offset', 'size_t', pointer);
const valueCount = declare('gguf_get_n_kv', 'int64', pointer);
const keyAt = declare('gguf_get_key', 'str', pointer, 'int64');
const typeAt = declare('gguf_get_kv_type', 'int32', pointer, 'int64');
const listTypeAt = declare('gguf_get_arr_type', 'int32', pointer, 'int64');
const listLength = declare('gguf_get_arr_n', 'size_t', pointer, 'int64');
const listData = declare('gguf_get_arr_data', pointer, pointer, 'int64');
const listText = declare('gguf_get_arr_str', 'str', pointer, 'int64', 'size_t');
const tensorCount = declare('gguf_get_n_tensors', 'int64', pointer);
const tensorName = declare('gguf_get_tensor_name', 'str', pointer, 'int64');
const tensorType = declare('gguf_get_tensor_type', 'int32', pointer, 'int64');
const tensorOffset = declare('gguf_get_tensor_offset', 'size_t', pointer, 'int64');
const tensorSize = declare('gguf_get_tensor_size', 'size_t', pointer, 'int64');

const text = 8;
const list = 9;
/** By ggml's number: the type's name in its functions, and in C. */
const scalars: ReadonlyMap<number, readonly [name: string, type: string]> = new Map([
  [0, ['u8', 'uint8']],
  [1, ['i8', 'int8']],
  [2, ['u16', 'uint16']],
  [3, ['i16', 'int16']],
  [4, ['u32', 'uint32']],
  [5, ['i32', 'int32']],
  [6, ['f32', 'float']],
  [7, ['bool', 'bool']],
  [text, ['str', 'str']],
  [10, ['u64', 'uint64']],
  [11, ['i64', 'int64']],
  [12, ['f64', 'double']],
]);
const readScalar = new Map(
  [...scalars].map(([id, [name, type]]) => [id, declare(`gguf_get_val_${name}`, type, pointer, 'int64')]),
);

export interface LibraryGguf {
  readonly version: number;
  readonly alignment: number;
  /** Type number of the value, or of a list's elements, then the value; 64-bit integers as bigints. */
  readonly metadata: ReadonlyMap<string, readonly [type: number, value: unknown]>;
  readonly tensors: ReadonlyMap<
    string,
    { readonly type: number; readonly offset: number; readonly byteLength: number }
  >;
}

/** A GGUF file's header as ggml's own reader sees it; undefined where it refuses the file. */
export function readGgufWithLibrary(path: string): LibraryGguf | undefined {
  const file = open(path, { no_alloc: true, ctx: null }) as bigint | null;
  if (file === null) return undefined;
  const start = Number(dataOffset(file));
  const header: LibraryGguf = {
    version: versionOf(file) as number,
    alignment: Number(alignmentOf(file)),
    metadata: new Map(
      Array.from({ length: Number(valueCount(file)) }, (_, at) => [
        keyAt(file, at) as string,
        valueAt(file, at),
      ]),
    ),
    tensors: new Map(
      Array.from({ length: Number(tensorCount(file)) }, (_, at) => [
        tensorName(file, at) as string,
        {
          type: tensorType(file, at) as number,
          offset: start + Number(tensorOffset(file, at)),
          byteLength: Number(tensorSize(file, at)),
        },
      ]),
    ),
  };
  close(file);
  return header;
}

function valueAt(file: bigint, at: number): readonly [number, unknown] {
  const type = typeAt(file, at) as number;
  if (type !== list) return [type, wide(type, readScalar.get(type)?.(file, at))];
  const elementType = listTypeAt(file, at) as number;
  const length = Number(listLength(file, at));
  const indices = Array.from({ length }, (_, index) => index);
  if (elementType === text) return [elementType, indices.map((index) => listText(file, at, index))];
  if (length === 0) return [elementType, []];
  const [, name] = scalars.get(elementType) as readonly [string, string];
  const values = koffi.decode(listData(file, at), name, length) as unknown[];
  return [elementType, Array.from(values, (value) => wide(elementType, value))];
}

/** koffi returns small 64-bit integers as numbers. */
function wide(type: number, value: unknown): unknown {
  return (type === 10 || type === 11) && typeof value === 'number' ? BigInt(value) : value;
}
