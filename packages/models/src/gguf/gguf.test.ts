import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { InvalidModelFileError } from '@foretoken/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ggufMetadata, ggufTensors, toWrite } from '../../../../test/support/gguf-arbitraries.js';
import { encodeWeights } from '../quantization/weight-formats.js';
import { readGguf } from './read-gguf.js';
import { readTensor, readTensorBytes } from './read-tensor.js';
import { tensorTypeByName, type TensorType } from './tensor-types.js';
import { scalarIds, type TypedValue } from './value-types.js';
import { writeGguf } from './write-gguf.js';

const seed = 20261124;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-gguf-'));
});
afterAll(() => rm(folder, { recursive: true }));
const inFolder = (name: string): string => path.join(folder, name);

describe('what is written is read', () => {
  it('metadata of every type, tensors of every type and shape, every alignment', async () => {
    await fc.assert(
      fc.asyncProperty(ggufMetadata, ggufTensors, async (metadata, tensors) => {
        const file = inFolder('round-trip.gguf');
        await writeGguf(file, metadata, tensors.map(toWrite));
        const read = await readGguf(file);
        expect(read.version).toBe(3);
        expect(read.alignment).toBe(metadata.get('general.alignment')?.value ?? 32);
        expect([...read.metadata]).toEqual([...metadata].map(([name, { value }]) => [name, value]));
        expect([...read.metadataTypes]).toEqual([...metadata].map(([name, { type }]) => [name, type]));
        expect([...read.tensors.keys()]).toEqual(tensors.map(({ name }) => name));
        for (const { name, type, shape, bytes } of tensors) {
          const found = read.tensors.get(name);
          expect(found).toMatchObject({ type, shape, byteLength: bytes.length });
          expect((found?.offset ?? 1) % read.alignment).toBe(0);
          expect(await readTensorBytes(read, name)).toEqual(bytes);
        }
      }),
      { seed, numRuns: 60 },
    );
  });

  it('numbers in every format that is dequantised', async () => {
    const values = Float32Array.from({ length: 96 }, (_, index) => (index % 17) - 8);
    for (const format of ['F32', 'F16', 'Q8_0', 'Q4_0'] as const) {
      const file = inFolder(`${format}.gguf`);
      const type = tensorTypeByName(format) as TensorType;
      const data = encodeWeights(values, format);
      await writeGguf(file, new Map(), [{ name: 'x', shape: [32, 3], type, data: async () => data }]);
      const back = await readTensor(await readGguf(file), 'x');
      const largestError = values.reduce(
        (most, value, index) => Math.max(most, Math.abs(value - (back[index] as number))),
        0,
      );
      expect(largestError).toBeLessThanOrEqual({ F32: 0, F16: 0, Q8_0: 0.04, Q4_0: 1 }[format]);
    }
  });

  it('version 2, which lays everything out in the same way', async () => {
    const file = inFolder('version-2.gguf');
    await writeGguf(file, new Map([['a', { type: 'uint8', value: 7 }]]), []);
    const bytes = await readFile(file);
    bytes.writeUInt32LE(2, 4);
    await writeFile(file, bytes);
    expect(await readGguf(file)).toMatchObject({ version: 2, metadata: new Map([['a', 7]]) });
  });
});

describe('a header that lies', () => {
  const text = (value: string): Buffer => Buffer.concat([count(value.length), Buffer.from(value)]);
  const count = (value: number | bigint): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
  };
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const header = (tensorCount: number | bigint, valueCount: number | bigint, version = 3): Buffer =>
    Buffer.concat([Buffer.from('GGUF'), word(version), count(tensorCount), count(valueCount)]);
  const scalar = (name: string, id: number, ...bytes: number[]): Buffer =>
    Buffer.concat([text(name), word(id), Buffer.from(bytes)]);
  const info = (name: string, shape: readonly (number | bigint)[], type: number, at: number): Buffer =>
    Buffer.concat([text(name), word(shape.length), ...shape.map(count), word(type), count(at)]);
  const huge = 2n ** 62n;
  const padded = (...parts: Buffer[]): Buffer => Buffer.concat([...parts, Buffer.alloc(256)]);

  it.each<[what: string, bytes: Buffer, message: RegExp]>([
    ['no bytes', Buffer.alloc(0), /not a GGUF file/],
    ['three bytes', Buffer.from('GGU'), /not a GGUF file/],
    ['another magic', Buffer.from('GGML0000'), /not a GGUF file/],
    ['only the magic', Buffer.from('GGUF'), /the version would take 4 bytes, 0 are left/],
    ['version 1', header(0, 0, 1), /version 1 is not supported/],
    ['another byte order', header(0, 0, 0x03000000), /version 50331648 is not supported/],
    ['more tensors than bytes', padded(header(huge, 0)), /tensor count is 4611686018427387904/],
    ['many tensors', padded(header(1e9, 0)), /do not fit the file/],
    ['many metadata entries', padded(header(0, 1e9)), /do not fit the file/],
    ['a long key', padded(header(0, 1), count(70_000)), /metadata key 0 has 70000 bytes/],
    ['an empty key', padded(header(0, 1), text(''), word(4), word(1)), /key 0 is empty/],
    ['a key with a zero byte', padded(header(0, 1), scalar('a\0b', 0, 1)), /control characters: "a\\u0000b"/],
    ['a key twice', padded(header(0, 2), scalar('a', 0, 1), scalar('a', 0, 1)), /"a" stands twice/],
    ['an unknown value type', padded(header(0, 1), scalar('a', 13, 1)), /a has the unknown type 13/],
    ['a boolean of 2', padded(header(0, 1), scalar('a', 7, 2)), /boolean with the value 2/],
    ['a text beyond the end', padded(header(0, 1), text('a'), word(8), count(1e6)), /would take 1000000/],
    ['a text of 2^62 bytes', padded(header(0, 1), text('a'), word(8), count(huge)), /length of a is 46/],
    [
      'broken UTF-8',
      padded(header(0, 1), text('a'), word(8), count(1), Buffer.of(0xff)),
      /a is not valid UTF-8/,
    ],
    [
      'a list of lists',
      padded(header(0, 1), text('a'), word(9), word(9), count(1)),
      /array of the unknown type 9/,
    ],
    [
      'a list beyond the end',
      padded(header(0, 1), text('a'), word(9), word(4), count(1e6)),
      /1000000 elements/,
    ],
    [
      'a list of many empty texts',
      padded(header(0, 1), text('a'), word(9), word(8), count(40)),
      /40 elements/,
    ],
    [
      'an alignment of 24',
      padded(header(0, 1), scalar('general.alignment', 4, 24, 0, 0, 0)),
      /the alignment is 24/,
    ],
    [
      'a text as alignment',
      padded(header(0, 1), text('general.alignment'), word(8), text('32')),
      /alignment/,
    ],
    ['a tensor without dimensions', padded(header(1, 0), info('t', [], 0, 0)), /t has 0 dimensions/],
    ['a tensor of 5 dimensions', padded(header(1, 0), info('t', [1, 1, 1, 1, 1], 0, 0)), /5 dimensions/],
    ['a tensor without elements', padded(header(1, 0), info('t', [4, 0], 0, 0)), /shape 4 x 0/],
    ['a tensor of too many', padded(header(1, 0), info('t', [2 ** 30, 2 ** 30], 0, 0)), /has the shape/],
    ['an unknown tensor type', padded(header(1, 0), info('t', [4], 4, 0)), /t has an unknown type/],
    ['half a block', padded(header(1, 0), info('t', [48], 8, 0)), /not whole blocks of Q8_0/],
    ['a long tensor name', padded(header(1, 0), info('t'.repeat(64), [4], 0, 0)), /has 64 bytes/],
    ['a tensor twice', padded(header(2, 0), info('t', [8], 0, 0), info('t', [8], 0, 32)), /"t" stands twice/],
    ['a tensor elsewhere', padded(header(1, 0), info('t', [8], 0, 32)), /t lies at 32 of the data, not at 0/],
    ['a tensor beyond the end', padded(header(1, 0), info('t', [1000], 0, 0)), /after the end of the file/],
  ])('%s is named', async (_, bytes, message) => {
    const file = inFolder('lie.gguf');
    await writeFile(file, bytes);
    const error: unknown = await readGguf(file).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InvalidModelFileError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain(file);
  });

  it('a file that was cut short anywhere is never read as whole', async () => {
    const file = inFolder('whole.gguf');
    const type = tensorTypeByName('F32') as TensorType;
    await writeGguf(
      file,
      new Map<string, TypedValue>([
        ['general.name', { type: 'string', value: 'cut me' }],
        ['numbers', { type: 'uint16[]', value: [1, 2, 3] }],
      ]),
      [{ name: 't', shape: [32], type, data: async () => new Uint8Array(128) }],
    );
    const bytes = await readFile(file);
    for (let length = 0; length < bytes.length; length++) {
      await writeFile(inFolder('cut.gguf'), bytes.subarray(0, length));
      await expect(readGguf(inFolder('cut.gguf'))).rejects.toThrow(InvalidModelFileError);
    }
  });
});

it('knows the number of every metadata type once', () => {
  expect(new Set(Object.values(scalarIds)).size).toBe(Object.keys(scalarIds).length);
});
