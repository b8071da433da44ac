import { InvalidModelFileError } from '@foretoken/core';
import { openModelFile } from '../open-model-file.js';
import type { HeaderReader } from '../header-reader.js';
import { isObject } from '../is-object.js';
import { showValue } from '../show-value.js';
import { readRange, type RowRange, rowsOf } from '../read-range.js';

export interface SafetensorsTensor {
  readonly name: string;
  /** `F32`, `F16`, `BF16`, ... */
  readonly dtype: string;
  /** Slowest dimension first. */
  readonly shape: readonly number[];
  /** From the start of the file. */
  readonly offset: number;
  readonly byteLength: number;
}

export interface SafetensorsFile {
  readonly path: string;
  readonly byteLength: number;
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
}

/** The format's own limit. */
const mostHeaderBytes = 100_000_000;
const strictText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const elementBytes: ReadonlyMap<string, number> = new Map([
  ['BOOL', 1],
  ['U8', 1],
  ['I8', 1],
  ['F8_E5M2', 1],
  ['F8_E4M3', 1],
  ['I16', 2],
  ['U16', 2],
  ['F16', 2],
  ['BF16', 2],
  ['I32', 4],
  ['U32', 4],
  ['F32', 4],
  ['F64', 8],
  ['I64', 8],
  ['U64', 8],
]);

/**
 * Reads and checks the header of a safetensors file.
 *
 * @throws InvalidModelFileError naming the file and what is wrong.
 */
export function readSafetensors(path: string): Promise<SafetensorsFile> {
  return openModelFile(path, (reader) => {
    const headerBytes = reader.length('the header length');
    if (headerBytes > mostHeaderBytes) {
      throw reader.fail(`a header of ${headerBytes} bytes is not a safetensors header`);
    }
    const header = parseHeader(reader, reader.take(headerBytes, 'the header'));
    const metadata = readMetadata(reader, header['__metadata__']);
    const tensors: SafetensorsTensor[] = [];
    for (const [name, value] of Object.entries(header)) {
      if (name !== '__metadata__') tensors.push(readInfo(reader, name, value, 8 + headerBytes));
    }
    // A tensor without elements shares its place with the next one, and comes before it.
    tensors.sort((left, right) => left.offset - right.offset || left.byteLength - right.byteLength);
    let end = 8 + headerBytes;
    for (const tensor of tensors) {
      if (tensor.offset !== end)
        throw reader.fail(`${tensor.name} begins at byte ${tensor.offset}, not at ${end}`);
      end += tensor.byteLength;
    }
    if (end !== reader.fileBytes) throw reader.fail(`the tensors end at byte ${end}`);
    return {
      path,
      byteLength: reader.fileBytes,
      metadata,
      tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    };
  });
}

/** A tensor's bytes: of all rows, or of some. */
export async function readSafetensorsBytes(
  file: SafetensorsFile,
  name: string,
  rows?: RowRange,
): Promise<Uint8Array> {
  const tensor = file.tensors.get(name);
  if (tensor === undefined) throw new InvalidModelFileError(`${file.path} has no tensor ${name}.`);
  const rowCount = tensor.shape.slice(0, -1).reduce((product, length) => product * length, 1);
  return readRange(file.path, rowsOf(tensor, rowCount, rows));
}

function parseHeader(reader: HeaderReader, bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(strictText.decode(bytes));
  } catch {
    throw reader.fail('this is not a safetensors file (its header is not JSON)');
  }
  if (!isObject(header)) throw reader.fail('the header is not a JSON object');
  return header;
}

function readMetadata(reader: HeaderReader, value: unknown): Map<string, string> {
  const entries = isObject(value) ? Object.entries(value) : [];
  if ((value !== undefined && !isObject(value)) || entries.some(([, text]) => typeof text !== 'string')) {
    throw reader.fail('__metadata__ does not map texts to texts');
  }
  return new Map(entries as [string, string][]);
}

function readInfo(reader: HeaderReader, name: string, value: unknown, dataStart: number): SafetensorsTensor {
  const { dtype, shape, data_offsets: offsets } = isObject(value) ? value : {};
  const width = typeof dtype === 'string' ? elementBytes.get(dtype) : undefined;
  if (width === undefined) throw reader.fail(`${name} has the unknown type ${showValue(dtype)}`);
  if (!isWholeNumbers(shape)) throw reader.fail(`${name} has a malformed shape`);
  if (!isWholeNumbers(offsets) || offsets.length !== 2) throw reader.fail(`${name} has malformed offsets`);
  const [start, end] = offsets as [number, number];
  const byteLength = shape.reduce((product, length) => product * length, width);
  if (end - start !== byteLength) {
    throw reader.fail(`${name} has ${end - start} bytes; its shape and type need ${byteLength}`);
  }
  if (dataStart + end > reader.fileBytes) throw reader.fail(`${name} ends after the end of the file`);
  return { name, dtype: dtype as string, shape, offset: dataStart + start, byteLength };
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
}
