import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { InvalidModelFileError } from '@foretoken/core';

const chunkBytes = 1 << 20;

/**
 * Reads a file's header forwards, in chunks; asking for more than the file has is a named error. It reads
 * synchronously: a header has hundreds of thousands of small parts, and one promise for each costs more than
 * the reading.
 */
export class HeaderReader {
  readonly path: string;
  readonly fileBytes: number;
  readonly #handle: FileHandle;
  #chunk = Buffer.alloc(0);
  #chunkStart = 0;
  #position = 0;

  constructor(handle: FileHandle, path: string, fileBytes: number) {
    this.#handle = handle;
    this.path = path;
    this.fileBytes = fileBytes;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.fileBytes - this.#position;
  }

  fail(problem: string): InvalidModelFileError {
    return new InvalidModelFileError(
      `${this.path}: ${problem} (near byte ${this.#position} of ${this.fileBytes}). The file is damaged or incomplete: get it again.`,
    );
  }

  /** The next `count` bytes; a view that the next call ends. */
  take(count: number, what: string): Buffer {
    if (count > this.remaining) {
      throw this.fail(`${what} would take ${count} bytes, ${this.remaining} are left`);
    }
    const start = this.#position - this.#chunkStart;
    if (start + count > this.#chunk.length) {
      const size = Math.min(Math.max(count, chunkBytes), this.remaining);
      const buffer = Buffer.allocUnsafe(size);
      const bytesRead = readSync(this.#handle.fd, buffer, 0, size, this.#position);
      if (bytesRead < count) throw this.fail(`${what} could not be read`);
      this.#chunk = buffer.subarray(0, bytesRead);
      this.#chunkStart = this.#position;
    }
    const from = this.#position - this.#chunkStart;
    this.#position += count;
    return this.#chunk.subarray(from, from + count);
  }

  uint32(what: string): number {
    return this.take(4, what).readUInt32LE();
  }

  /** A 64-bit count or length that has to be a safe integer. */
  length(what: string): number {
    const value = this.take(8, what).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.fail(`${what} is ${value}`);
    return Number(value);
  }
}
