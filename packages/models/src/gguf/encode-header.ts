import { InvalidArgumentError } from '@foretoken/core';
import type { GgufScalar } from './gguf-file.js';
import {
  arrayType,
  fixedTypes,
  type ScalarName,
  scalarIds,
  stringType,
  type TypedValue,
} from './value-types.js';
import type { TensorToWrite } from './tensor-to-write.js';

/** Everything before the data, not padded: metadata, then where each tensor lies in the data. */
export function encodeHeader(
  metadata: ReadonlyMap<string, TypedValue>,
  tensors: readonly TensorToWrite[],
  alignment: number,
): Buffer {
  const parts: Buffer[] = [Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(metadata.size)];
  for (const [key, typed] of metadata) parts.push(text(key), encodeValue(key, typed));
  let offset = 0;
  for (const tensor of tensors) {
    parts.push(text(tensor.name), uint32(tensor.shape.length), ...tensor.shape.map(uint64));
    parts.push(uint32(tensor.type.id), uint64(offset));
    offset += Math.ceil(tensorBytes(tensor) / alignment) * alignment;
  }
  return Buffer.concat(parts);
}

/** Bytes of a tensor's data, without padding. */
export function tensorBytes({ shape, type }: Pick<TensorToWrite, 'shape' | 'type'>): number {
  return (shape.reduce((product, length) => product * length, 1) / type.blockElements) * type.blockBytes;
}

function encodeValue(key: string, { type, value }: TypedValue): Buffer {
  if (!type.endsWith('[]')) {
    const id = scalarIds[type as ScalarName];
    return Buffer.concat([uint32(id), encodeScalar(key, id, value as GgufScalar)]);
  }
  const id = scalarIds[type.slice(0, -2) as ScalarName];
  const values = value as readonly GgufScalar[];
  const head = [uint32(arrayType), uint32(id), uint64(values.length)];
  return Buffer.concat(head.concat(values.map((scalar) => encodeScalar(key, id, scalar))));
}

function encodeScalar(key: string, id: number, value: GgufScalar): Buffer {
  if (id === stringType) return text(String(value));
  const type = fixedTypes.get(id) as NonNullable<ReturnType<typeof fixedTypes.get>>;
  const bytes = Buffer.alloc(type.bytes);
  try {
    type.write(bytes, value);
  } catch (error) {
    throw new InvalidArgumentError(`The metadata ${key} cannot hold ${String(value)}.`, { cause: error });
  }
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([uint64(bytes.length), bytes]);
}
