import { type FileHandle, open } from 'node:fs/promises';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { InvalidModelFileError } from '@foretoken/core';

/** One field of a protobuf message that lies in a file. */
export interface ProtoField {
  readonly number: number;
  readonly wireType: WireType;
  /** The value's bytes, from the start of the file; empty for a varint. */
  readonly start: number;
  readonly end: number;
  /** Of a varint, as a signed 64-bit number. */
  readonly value: bigint;
}

const chunkBytes = 65_536;
/** A tag and a length or varint. */
const mostHeaderBytes = 20;
const mostPackedBytes = 1024;
const strictText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Walks through protobuf messages in a file, whatever its size: what is not asked for is not read. */
export class ProtoFile {
  readonly path: string;
  readonly byteLength: number;
  readonly #handle: FileHandle;
  #chunk: Uint8Array = new Uint8Array();
  #chunkStart = 0;

  private constructor(handle: FileHandle, path: string, byteLength: number) {
    this.#handle = handle;
    this.path = path;
    this.byteLength = byteLength;
  }

  /** Opens a file, hands it to `read`, and closes it. @throws InvalidModelFileError. */
  static async read<Result>(path: string, read: (file: ProtoFile) => Promise<Result>): Promise<Result> {
    let handle: FileHandle;
    try {
      handle = await open(path, 'r');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be opened (${code})`;
      throw new InvalidModelFileError(`${path}: ${reason}.`, { cause: error });
    }
    try {
      const status = await handle.stat();
      if (!status.isFile())
        throw new InvalidModelFileError(`${path} is not a file: give the path of a model file.`);
      return await read(new ProtoFile(handle, path, status.size));
    } finally {
      await handle.close();
    }
  }

  fail(problem: string, place?: number): InvalidModelFileError {
    const where = place === undefined ? '' : ` (near byte ${place} of ${this.byteLength})`;
    return new InvalidModelFileError(
      `${this.path}: ${problem}${where}. The file is no ONNX model, damaged, or incomplete: get it or generate it again.`,
    );
  }

  /** The fields of the message between two places. */
  async *fields(start: number, end: number): AsyncGenerator<ProtoField> {
    let position = start;
    while (position < end) {
      const field = await this.#field(position, end);
      if (field.end > end) {
        throw this.fail(
          `field ${field.number} would end at byte ${field.end}, its message ends at ${end}`,
          position,
        );
      }
      yield field;
      position = field.end;
    }
  }

  /** The fields of a message inside a message. */
  message(field: ProtoField, what: string): AsyncGenerator<ProtoField> {
    this.#expect(field, WireType.LengthDelimited, what);
    return this.fields(field.start, field.end);
  }

  async text(field: ProtoField, what: string, mostBytes = 65_536): Promise<string> {
    this.#expect(field, WireType.LengthDelimited, what);
    if (field.end - field.start > mostBytes) {
      throw this.fail(`${what} has ${field.end - field.start} bytes`, field.start);
    }
    try {
      return strictText.decode(await this.#bytes(field.start, field.end - field.start));
    } catch (error) {
      if (error instanceof TypeError) throw this.fail(`${what} is not valid UTF-8`, field.start);
      throw error;
    }
  }

  /** A varint that has to be a whole number from 0. */
  whole(field: ProtoField, what: string): number {
    this.#expect(field, WireType.Varint, what);
    if (field.value < 0n || field.value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw this.fail(`${what} is ${field.value}`, field.start);
    }
    return Number(field.value);
  }

  /** One or, packed, several whole numbers of a repeated field. */
  async wholes(field: ProtoField, what: string): Promise<readonly number[]> {
    if (field.wireType === WireType.Varint) return [this.whole(field, what)];
    this.#expect(field, WireType.LengthDelimited, what);
    const length = field.end - field.start;
    if (length > mostPackedBytes) throw this.fail(`${what} has ${length} bytes`, field.start);
    const reader = new BinaryReader(await this.#bytes(field.start, length));
    const values: number[] = [];
    while (reader.pos < length) {
      const value = this.#decode(field.start, () => BigInt(reader.int64()));
      values.push(this.whole({ ...field, wireType: WireType.Varint, value }, what));
    }
    return values;
  }

  #expect(field: ProtoField, wireType: WireType, what: string): void {
    if (field.wireType !== wireType) throw this.fail(`${what} is malformed`, field.start);
  }

  async #field(position: number, end: number): Promise<ProtoField> {
    const header = await this.#bytes(position, Math.min(mostHeaderBytes, end - position));
    const reader = new BinaryReader(header);
    return this.#decode(position, () => {
      const [number, wireType] = reader.tag();
      const value = wireType === WireType.Varint ? BigInt(reader.int64()) : 0n;
      const length = valueBytes(reader, wireType);
      const start = position + reader.pos;
      return { number, wireType, start, end: start + length, value };
    });
  }

  #decode<Result>(position: number, decode: () => Result): Result {
    try {
      return decode();
    } catch (error) {
      throw this.fail(`a field is malformed: ${(error as Error).message}`, position);
    }
  }

  async #bytes(start: number, length: number): Promise<Uint8Array> {
    if (start < this.#chunkStart || start + length > this.#chunkStart + this.#chunk.length) {
      const chunk = new Uint8Array(Math.min(Math.max(length, chunkBytes), this.byteLength - start));
      const { bytesRead } = await this.#handle.read(chunk, 0, chunk.length, start);
      if (bytesRead < length) throw this.fail('the file ends too early', start);
      this.#chunk = chunk.subarray(0, bytesRead);
      this.#chunkStart = start;
    }
    return this.#chunk.subarray(start - this.#chunkStart, start - this.#chunkStart + length);
  }
}

/** Bytes that follow a field's tag, its length and its varint. */
function valueBytes(reader: BinaryReader, wireType: WireType): number {
  switch (wireType) {
    case WireType.Varint:
      return 0;
    case WireType.LengthDelimited:
      return reader.uint32();
    case WireType.Bit32:
      return 4;
    case WireType.Bit64:
      return 8;
    case WireType.StartGroup:
    case WireType.EndGroup:
      throw new RangeError('ONNX has no groups');
  }
}
