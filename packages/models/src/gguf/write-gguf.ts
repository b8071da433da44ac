import { open, rename, rm } from 'node:fs/promises';
import { CacheWriteError, InvalidArgumentError } from '@foretoken/core';
import type { GgufScalar } from './gguf-file.js';
import type { TensorType } from './tensor-types.js';

const alignment = 32;

/** A metadata value with the type that it has in the file. */
export type TypedValue =
  | { readonly type: 'uint32' | 'int32' | 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'int32s'; readonly value: readonly number[] };

export interface TensorToWrite {
  readonly name: string;
  /** Fastest dimension first. */
  readonly shape: readonly number[];
  readonly type: TensorType;
  /** Makes the tensor's bytes; called once, when its turn comes, so that one tensor is in memory at a time. */
  readonly data: () => Promise<Uint8Array>;
}

/**
 * Writes a GGUF file, version 3, alignment 32: to a temporary file beside it, which takes its place when it
 * is complete.
 *
 * @throws CacheWriteError where the folder cannot be written.
 */
export async function writeGguf(
  path: string,
  metadata: ReadonlyMap<string, TypedValue>,
  tensors: readonly TensorToWrite[],
  signal?: AbortSignal,
): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  try {
    const file = await open(temporary, 'w');
    try {
      const header = encodeHeader(metadata, tensors);
      await file.write(header);
      await file.write(padding(header.length));
      for (const tensor of tensors) {
        signal?.throwIfAborted();
        const data = await tensor.data();
        if (data.byteLength !== tensorBytes(tensor)) {
          throw new InvalidArgumentError(
            `${tensor.name} has ${data.byteLength} bytes; its shape and type need ${tensorBytes(tensor)}.`,
          );
        }
        await file.write(data);
        await file.write(padding(data.byteLength));
      }
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    if (typeof (error as NodeJS.ErrnoException).code !== 'string' || signal?.aborted === true) throw error;
    throw new CacheWriteError(
      `${path} cannot be written (${(error as NodeJS.ErrnoException).code}): choose a folder that exists, is writable, and has room.`,
      { cause: error },
    );
  }
}

function tensorBytes({ shape, type }: TensorToWrite): number {
  return (shape.reduce((product, length) => product * length, 1) / type.blockElements) * type.blockBytes;
}

function padding(length: number): Uint8Array {
  return new Uint8Array((alignment - (length % alignment)) % alignment);
}

function encodeHeader(metadata: ReadonlyMap<string, TypedValue>, tensors: readonly TensorToWrite[]): Buffer {
  const parts: Buffer[] = [Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(metadata.size)];
  for (const [key, value] of metadata) parts.push(text(key), ...encodeValue(value));
  let offset = 0;
  for (const tensor of tensors) {
    parts.push(text(tensor.name), uint32(tensor.shape.length), ...tensor.shape.map(uint64));
    parts.push(uint32(tensor.type.id), uint64(offset));
    offset += Math.ceil(tensorBytes(tensor) / alignment) * alignment;
  }
  return Buffer.concat(parts);
}

function encodeValue({ type, value }: TypedValue): Buffer[] {
  switch (type) {
    case 'uint32':
      return [uint32(4), uint32(value)];
    case 'int32':
      return [uint32(5), int32(value)];
    case 'float32':
      return [uint32(6), float32(value)];
    case 'bool':
      return [uint32(7), Buffer.of(value ? 1 : 0)];
    case 'string':
      return [uint32(8), text(value)];
    case 'strings':
      return [uint32(9), uint32(8), uint64(value.length), ...value.map(text)];
    case 'int32s':
      return [uint32(9), uint32(5), uint64(value.length), Buffer.from(Int32Array.from(value).buffer)];
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: GgufScalar): Buffer {
  const bytes = Buffer.from(String(value), 'utf8');
  return Buffer.concat([uint64(bytes.length), bytes]);
}
