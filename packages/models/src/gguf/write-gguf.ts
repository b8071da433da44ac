import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { CacheWriteError, InvalidArgumentError } from '@foretoken/core';
import { alignmentKey, defaultAlignment, isAlignment } from './alignment.js';
import { encodeHeader, tensorBytes } from './encode-header.js';
import type { TensorToWrite } from './tensor-to-write.js';
import type { TypedValue } from './value-types.js';

/**
 * Writes a GGUF file, version 3: to a temporary file beside it, which takes its place when it is complete.
 * Data is aligned to 32 bytes, or to what the metadata's `general.alignment` says.
 *
 * @throws CacheWriteError where the file cannot be written; InvalidArgumentError for tensors that are not
 *   what their shape and type say, and for an alignment that is no power of two from 8 to 65,536.
 */
export async function writeGguf(
  path: string,
  metadata: ReadonlyMap<string, TypedValue>,
  tensors: readonly TensorToWrite[],
  signal?: AbortSignal,
): Promise<void> {
  const alignment = wantedAlignment(metadata);
  const header = encodeHeader(metadata, tensors, alignment);
  const temporary = `${path}.${process.pid}.part`;
  const output = new OutputFile(path);
  try {
    await output.open(temporary);
    await output.write(header, alignment);
    for (const tensor of tensors) {
      signal?.throwIfAborted();
      const data = await tensor.data();
      if (data.byteLength !== tensorBytes(tensor)) {
        throw new InvalidArgumentError(
          `${tensor.name} has ${data.byteLength} bytes; its shape and type need ${tensorBytes(tensor)}.`,
        );
      }
      await output.write(data, alignment);
    }
    await output.moveTo(path, temporary);
  } catch (error) {
    await output.discard(temporary);
    throw error;
  }
}

function wantedAlignment(metadata: ReadonlyMap<string, TypedValue>): number {
  const { type, value } = metadata.get(alignmentKey) ?? { type: 'uint32', value: defaultAlignment };
  if (type !== 'uint32' || !isAlignment(value)) {
    throw new InvalidArgumentError(
      `${alignmentKey} is ${String(value)} (${type}): GGUF takes a uint32, a power of two from 8 to 65,536.`,
    );
  }
  return value;
}

/** A file being written; what the file system refuses becomes one named error. */
class OutputFile {
  readonly #name: string;
  #handle: FileHandle | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  open(path: string): Promise<void> {
    return this.#attempt(async () => {
      this.#handle = await open(path, 'w');
    });
  }

  /** Writes all of the data, then zeros up to the next aligned place. */
  write(data: Uint8Array, alignment: number): Promise<void> {
    return this.#attempt(async () => {
      await this.#handle?.writeFile(data);
      await this.#handle?.writeFile(new Uint8Array((alignment - (data.byteLength % alignment)) % alignment));
    });
  }

  moveTo(path: string, from: string): Promise<void> {
    return this.#attempt(async () => {
      await this.#handle?.close();
      this.#handle = undefined;
      await rename(from, path);
    });
  }

  async discard(path: string): Promise<void> {
    await this.#handle?.close().catch(() => {});
    await rm(path, { force: true }).catch(() => {});
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      throw new CacheWriteError(
        `${this.#name} cannot be written (${(error as NodeJS.ErrnoException).code}): choose a folder that exists, is writable, and has room.`,
        { cause: error },
      );
    }
  }
}
