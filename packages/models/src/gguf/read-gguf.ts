import { openModelFile } from '../open-model-file.js';
import type { HeaderReader } from '../header-reader.js';
import type { GgufFile, GgufScalar, GgufTensor, GgufValue } from './gguf-file.js';
import { tensorTypeById } from './tensor-types.js';

const magic = 'GGUF';
const versions: readonly number[] = [2, 3];
const defaultAlignment = 32;
const mostDimensions = 4;
const mostNameBytes = 65_535;
/** The shortest entries that the format allows, to bound counts by the bytes that are left. */
const leastMetadataBytes = 8 + 4 + 1;
const leastTensorBytes = 8 + 4 + 4 + 8;
const strictText = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads and checks the header of a GGUF file, version 2 or 3. Only the header is read, in chunks; every
 * count and length is held against the bytes that are left before anything is allocated for it.
 *
 * @throws InvalidModelFileError naming the file, the place, and what is wrong.
 */
export function readGguf(path: string): Promise<GgufFile> {
  return openModelFile(path, async (reader) => {
    const found = reader.fileBytes < 4 ? '' : (await reader.take(4, 'the magic number')).toString('latin1');
    if (found !== magic) throw reader.fail(`this is not a GGUF file (it does not begin with "${magic}")`);
    const version = await reader.uint32('the version');
    if (!versions.includes(version))
      throw reader.fail(`GGUF version ${version} is not supported (2 and 3 are)`);
    const tensorCount = await reader.length('the tensor count');
    const metadataCount = await reader.length('the metadata count');
    if (tensorCount * leastTensorBytes + metadataCount * leastMetadataBytes > reader.remaining) {
      throw reader.fail(`${tensorCount} tensors and ${metadataCount} metadata entries do not fit the file`);
    }
    const metadata = await readMetadata(reader, metadataCount);
    const alignment = metadata.get('general.alignment') ?? defaultAlignment;
    if (typeof alignment !== 'number' || alignment < 8 || alignment % 8 !== 0 || alignment > 65_536) {
      throw reader.fail(`the alignment is ${String(alignment)}`);
    }
    const infos = await readTensorInfos(reader, tensorCount);
    const dataStart = Math.ceil(reader.position / alignment) * alignment;
    const tensors = placeTensors(reader, infos, dataStart, alignment);
    return { path, version, byteLength: reader.fileBytes, alignment, metadata, tensors };
  });
}

async function readMetadata(reader: HeaderReader, count: number): Promise<Map<string, GgufValue>> {
  const metadata = new Map<string, GgufValue>();
  for (let index = 0; index < count; index++) {
    const key = await readText(reader, `metadata key ${index}`, mostNameBytes);
    if (key === '') throw reader.fail(`metadata key ${index} is empty`);
    if (metadata.has(key)) throw reader.fail(`the metadata key ${JSON.stringify(key)} stands twice`);
    metadata.set(key, await readValue(reader, key));
  }
  return metadata;
}

async function readValue(reader: HeaderReader, key: string): Promise<GgufValue> {
  const type = await reader.uint32(`the type of ${key}`);
  if (type !== arrayType) return readScalar(reader, type, key);
  const elementType = await reader.uint32(`the element type of ${key}`);
  const count = await reader.length(`the length of ${key}`);
  const least = elementType === stringType ? 8 : scalarReaders.get(elementType)?.bytes;
  if (least === undefined) throw reader.fail(`${key} is an array of the unknown type ${elementType}`);
  if (count * least > reader.remaining)
    throw reader.fail(`${key} has ${count} elements, more than the file holds`);
  const values: GgufScalar[] = [];
  for (let index = 0; index < count; index++) values.push(await readScalar(reader, elementType, key));
  return values;
}

const stringType = 8;
const arrayType = 9;

const scalarReaders: ReadonlyMap<number, { bytes: number; read: (bytes: Buffer) => GgufScalar }> = new Map([
  [0, { bytes: 1, read: (bytes) => bytes.readUInt8() }],
  [1, { bytes: 1, read: (bytes) => bytes.readInt8() }],
  [2, { bytes: 2, read: (bytes) => bytes.readUInt16LE() }],
  [3, { bytes: 2, read: (bytes) => bytes.readInt16LE() }],
  [4, { bytes: 4, read: (bytes) => bytes.readUInt32LE() }],
  [5, { bytes: 4, read: (bytes) => bytes.readInt32LE() }],
  [6, { bytes: 4, read: (bytes) => bytes.readFloatLE() }],
  [7, { bytes: 1, read: (bytes) => bytes.readUInt8() !== 0 }],
  [10, { bytes: 8, read: (bytes) => bytes.readBigUInt64LE() }],
  [11, { bytes: 8, read: (bytes) => bytes.readBigInt64LE() }],
  [12, { bytes: 8, read: (bytes) => bytes.readDoubleLE() }],
]);

async function readScalar(reader: HeaderReader, type: number, key: string): Promise<GgufScalar> {
  if (type === stringType) return readText(reader, key, reader.remaining);
  const scalar = scalarReaders.get(type);
  if (scalar === undefined) throw reader.fail(`${key} has the unknown type ${type}`);
  const bytes = await reader.take(scalar.bytes, key);
  // llama.cpp refuses any other byte.
  if (type === 7 && (bytes[0] as number) > 1)
    throw reader.fail(`${key} is a boolean with the value ${bytes[0]}`);
  return scalar.read(bytes);
}

async function readText(reader: HeaderReader, what: string, mostBytes: number): Promise<string> {
  const length = await reader.length(`the length of ${what}`);
  if (length > mostBytes) throw reader.fail(`${what} has ${length} bytes`);
  try {
    return strictText.decode(await reader.take(length, what));
  } catch (error) {
    if (error instanceof TypeError) throw reader.fail(`${what} is not valid UTF-8`);
    throw error;
  }
}

type TensorInfo = Omit<GgufTensor, 'offset'> & { readonly relativeOffset: number };

async function readTensorInfos(reader: HeaderReader, count: number): Promise<TensorInfo[]> {
  const infos: TensorInfo[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    // llama.cpp keeps names in 64 bytes.
    const name = await readText(reader, `the name of tensor ${index}`, 63);
    if (names.has(name)) throw reader.fail(`the tensor ${JSON.stringify(name)} stands twice`);
    names.add(name);
    const dimensions = await reader.uint32(`the dimensions of ${name}`);
    if (dimensions < 1 || dimensions > mostDimensions)
      throw reader.fail(`${name} has ${dimensions} dimensions`);
    const shape: number[] = [];
    for (let axis = 0; axis < dimensions; axis++) shape.push(await reader.length(`the shape of ${name}`));
    const type = tensorTypeById(await reader.uint32(`the type of ${name}`));
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
      relativeOffset: await reader.length(`the offset of ${name}`),
    });
  }
  return infos;
}

/** llama.cpp wants the data in the order of the infos, each at the next aligned place. */
function placeTensors(
  reader: HeaderReader,
  infos: readonly TensorInfo[],
  dataStart: number,
  alignment: number,
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
    tensors.set(info.name, { ...info, offset });
    expected += Math.ceil(info.byteLength / alignment) * alignment;
  }
  return tensors;
}
