import { openModelFile } from '../open-model-file.js';
import type { HeaderReader } from '../header-reader.js';
import { alignmentKey, defaultAlignment, isAlignment } from './alignment.js';
import type { GgufFile, GgufScalar, GgufTensor, GgufValue } from './gguf-file.js';
import { joinParts, splitCount } from './join-parts.js';
import { tensorTypeById } from './tensor-types.js';
import {
  arrayType,
  fixedTypes,
  type ScalarName,
  scalarIds,
  scalarNames,
  stringType,
  type TypedValue,
} from './value-types.js';
import { showValue } from '../show-value.js';

const magic = 'GGUF';
const versions: readonly number[] = [2, 3];
const mostDimensions = 4;
const mostKeyBytes = 65_535;
/** llama.cpp keeps names in 64 bytes. */
const mostNameBytes = 63;
/** More than any model has: what is beyond is a damaged count, in a file large enough to hold it. */
const mostTextBytes = 2 ** 26;
const mostElements = 2 ** 24;
/** The shortest entries that the format allows, to bound counts by the bytes that are left. */
const leastMetadataBytes = 8 + 4 + 1;
const leastTensorBytes = 8 + 4 + 4 + 8;
/** Tokens may begin with U+FEFF. */
const strictText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads and checks the header of a GGUF file, version 2 or 3. Only the header is read, in chunks; every
 * count and length is held against the bytes that are left before anything is allocated for it. Of a split model the
 * first part is named, and the headers of all parts are read.
 *
 * @throws InvalidModelFileError naming the file, the place, and what is wrong.
 */
export async function readGguf(path: string): Promise<GgufFile> {
  const file = await readOne(path);
  return splitCount(file) > 1 ? joinParts(file, readOne) : file;
}

function readOne(path: string): Promise<GgufFile> {
  return openModelFile(path, (reader) => {
    const found = reader.fileBytes < 4 ? '' : reader.take(4, 'the magic number').toString('latin1');
    if (found !== magic) throw reader.fail(`this is not a GGUF file (it does not begin with "${magic}")`);
    const version = reader.uint32('the version');
    if (!versions.includes(version))
      throw reader.fail(`GGUF version ${version} is not supported (2 and 3 are)`);
    const tensorCount = reader.length('the tensor count');
    const metadataCount = reader.length('the metadata count');
    if (tensorCount * leastTensorBytes + metadataCount * leastMetadataBytes > reader.remaining) {
      throw reader.fail(`${tensorCount} tensors and ${metadataCount} metadata entries do not fit the file`);
    }
    const { metadata, metadataTypes } = readMetadata(reader, metadataCount);
    const alignment = metadata.get(alignmentKey) ?? defaultAlignment;
    if (!isAlignment(alignment)) throw reader.fail(`the alignment is ${String(alignment)}`);
    const infos = readTensorInfos(reader, tensorCount);
    const dataStart = Math.ceil(reader.position / alignment) * alignment;
    const tensors = placeTensors(reader, infos, { path, dataStart, alignment });
    return { path, version, byteLength: reader.fileBytes, alignment, metadata, metadataTypes, tensors };
  });
}

function readMetadata(reader: HeaderReader, count: number): Pick<GgufFile, 'metadata' | 'metadataTypes'> {
  const metadata = new Map<string, GgufValue>();
  const metadataTypes = new Map<string, TypedValue['type']>();
  for (let index = 0; index < count; index++) {
    const key = readName(reader, `metadata key ${index}`, mostKeyBytes);
    if (key === '') throw reader.fail(`metadata key ${index} is empty`);
    if (metadata.has(key)) throw reader.fail(`the metadata key ${showValue(key)} stands twice`);
    const { type, value } = readValue(reader, key);
    metadata.set(key, value);
    metadataTypes.set(key, type);
  }
  return { metadata, metadataTypes };
}

function readValue(
  reader: HeaderReader,
  key: string,
): { readonly type: TypedValue['type']; readonly value: GgufValue } {
  const type = reader.uint32(`the type of ${key}`);
  if (type !== arrayType) {
    const value = readScalar(reader, type, key);
    return { type: scalarNames.get(type) as ScalarName, value };
  }
  const elementType = reader.uint32(`the element type of ${key}`);
  const count = reader.length(`the length of ${key}`);
  const least = elementType === stringType ? 8 : fixedTypes.get(elementType)?.bytes;
  if (least === undefined) throw reader.fail(`${key} is an array of the unknown type ${elementType}`);
  if (count * least > reader.remaining || count > mostElements)
    throw reader.fail(`${key} has ${count} elements, more than the file can hold`);
  const values: GgufScalar[] = [];
  for (let index = 0; index < count; index++) values.push(readScalar(reader, elementType, key));
  return { type: `${scalarNames.get(elementType) as ScalarName}[]`, value: values };
}

function readScalar(reader: HeaderReader, type: number, key: string): GgufScalar {
  if (type === stringType) return readText(reader, key, mostTextBytes);
  const scalar = fixedTypes.get(type);
  if (scalar === undefined) throw reader.fail(`${key} has the unknown type ${type}`);
  const bytes = reader.take(scalar.bytes, key);
  // The format knows no other byte.
  if (type === scalarIds.bool && (bytes[0] as number) > 1)
    throw reader.fail(`${key} is a boolean with the value ${bytes[0]}`);
  return scalar.read(bytes);
}

function readText(reader: HeaderReader, what: string, mostBytes: number): string {
  const length = reader.length(`the length of ${what}`);
  if (length > mostBytes) throw reader.fail(`${what} has ${length} bytes`);
  try {
    return strictText.decode(reader.take(length, what));
  } catch (error) {
    if (error instanceof TypeError) throw reader.fail(`${what} is not valid UTF-8`);
    throw error;
  }
}

/** Text that names something: llama.cpp would read it only up to a zero byte. */
function readName(reader: HeaderReader, what: string, mostBytes: number): string {
  const name = readText(reader, what, mostBytes);
  if (/\p{Cc}/u.test(name)) throw reader.fail(`${what} has control characters: ${showValue(name)}`);
  return name;
}

type TensorInfo = Omit<GgufTensor, 'offset' | 'path'> & { readonly relativeOffset: number };

function readTensorInfos(reader: HeaderReader, count: number): TensorInfo[] {
  const infos: TensorInfo[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    const name = readName(reader, `the name of tensor ${index}`, mostNameBytes);
    if (names.has(name)) throw reader.fail(`the tensor ${showValue(name)} stands twice`);
    names.add(name);
    const dimensions = reader.uint32(`the dimensions of ${name}`);
    if (dimensions < 1 || dimensions > mostDimensions)
      throw reader.fail(`${name} has ${dimensions} dimensions`);
    const shape: number[] = [];
    for (let axis = 0; axis < dimensions; axis++) shape.push(reader.length(`the shape of ${name}`));
    const type = tensorTypeById(reader.uint32(`the type of ${name}`));
    if (type === undefined) throw reader.fail(`${name} has an unknown type`);
    const elements = shape.reduce((product, length) => product * length, 1);
    if (shape.includes(0) || !Number.isSafeInteger(elements)) {
      throw reader.fail(`${name} has the shape ${shape.join(' x ')}`);
    }
    if ((shape[0] as number) % type.blockElements !== 0) {
      throw reader.fail(`the rows of ${name} (${shape[0]}) are not whole blocks of ${type.name}`);
    }
    const byteLength = (elements / type.blockElements) * type.blockBytes;
    infos.push({
      name,
      shape,
      type,
      byteLength,
      relativeOffset: reader.length(`the offset of ${name}`),
    });
  }
  return infos;
}

/** llama.cpp wants the data in the order of the infos, each at the next aligned place. */
function placeTensors(
  reader: HeaderReader,
  infos: readonly TensorInfo[],
  {
    path,
    dataStart,
    alignment,
  }: { readonly path: string; readonly dataStart: number; readonly alignment: number },
): Map<string, GgufTensor> {
  const tensors = new Map<string, GgufTensor>();
  let expected = 0;
  for (const { relativeOffset, ...info } of infos) {
    const offset = dataStart + relativeOffset;
    if (relativeOffset !== expected) {
      throw reader.fail(`${info.name} lies at ${relativeOffset} of the data, not at ${expected}`);
    }
    if (offset + info.byteLength > reader.fileBytes) {
      throw reader.fail(`${info.name} ends at byte ${offset + info.byteLength}, after the end of the file`);
    }
    tensors.set(info.name, { ...info, path, offset });
    expected += Math.ceil(info.byteLength / alignment) * alignment;
  }
  return tensors;
}
