import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { InvalidModelFileError } from '@foretoken/core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  encodeSafetensors,
  frameSafetensors,
  type TensorToEncode,
} from '../../../../test/support/encode-safetensors.js';
import { readSafetensors, readSafetensorsBytes } from './read-safetensors.js';

const seed = 20261124;
const widths = { BOOL: 1, U8: 1, F8_E4M3: 1, F16: 2, BF16: 2, I32: 4, F32: 4, F64: 8, I64: 8 } as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(bytes: Uint8Array): Promise<string> {
  const file = path.join(folder, 'model.safetensors');
  await writeFile(file, bytes);
  return file;
}

const tensor = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(widths) as (keyof typeof widths)[])),
    // No dimension is a number, a dimension of 0 an empty tensor: both are legal.
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    fill: fc.integer({ min: 0, max: 255 }),
  })
  .map(({ dtype, shape, fill }): TensorToEncode => {
    const length = shape.reduce((product, size) => product * size, widths[dtype]);
    return { dtype, shape, bytes: new Uint8Array(length).map((_, index) => fill + index * 5) };
  });
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => text !== '__metadata__');

it('what is written is read: every type, shape, name and metadata', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(name, tensor), { maxLength: 6, selector: ([key]) => key }),
      fc.option(fc.dictionary(name, fc.string({ unit: 'grapheme' })), { nil: undefined }),
      async (pairs, metadata) => {
        const file = await write(encodeSafetensors(new Map(pairs), metadata));
        const read = await readSafetensors(file);
        expect(read.metadata).toEqual(new Map(Object.entries(metadata ?? {})));
        expect(new Set(read.tensors.keys())).toEqual(new Set(pairs.map(([key]) => key)));
        for (const [key, { dtype, shape, bytes }] of pairs) {
          expect(read.tensors.get(key)).toMatchObject({ dtype, shape, byteLength: bytes.length });
          expect(await readSafetensorsBytes(read, key)).toEqual(bytes);
        }
      },
    ),
    { seed, numRuns: 80 },
  );
});

const data = [new Uint8Array(16)];
const entry = (changes: object): string =>
  JSON.stringify({ t: { dtype: 'F32', shape: [4], data_offsets: [0, 16], ...changes } });

it.each<[what: string, bytes: Buffer, message: RegExp]>([
  ['no bytes', Buffer.alloc(0), /header length would take 8 bytes, 0 are left/],
  ['a header beyond the end', Buffer.from([255, 0, 0, 0, 0, 0, 0, 0, 1]), /header would take 255 bytes/],
  ['a header of 2^62 bytes', Buffer.from([0, 0, 0, 0, 0, 0, 0, 64]), /header length is 46/],
  ['a header of 200 MB', Buffer.from([0, 0, 0, 12, 0, 0, 0, 0]), /a header of 201326592 bytes/],
  ['no JSON', frameSafetensors('{"t":', data), /not a safetensors file/],
  ['broken UTF-8', frameSafetensors(Buffer.from([0x7b, 0xff, 0x7d]), data), /not a safetensors file/],
  ['a list', frameSafetensors('[]', data), /not a JSON object/],
  ['null', frameSafetensors('null', data), /not a JSON object/],
  ['metadata that is null', frameSafetensors('{"__metadata__":null}', []), /does not map texts to texts/],
  ['metadata that is a text', frameSafetensors('{"__metadata__":"x"}', []), /does not map texts to texts/],
  ['metadata with a number', frameSafetensors('{"__metadata__":{"a":1}}', []), /does not map texts/],
  ['a tensor that is null', frameSafetensors('{"t":null}', data), /t has the unknown type undefined/],
  ['an unknown type', frameSafetensors(entry({ dtype: 'F128' }), data), /t has the unknown type "F128"/],
  ['a type of another kind', frameSafetensors(entry({ dtype: ['F32'] }), data), /unknown type a list/],
  ['a negative dimension', frameSafetensors(entry({ shape: [-4] }), data), /malformed shape/],
  ['half a dimension', frameSafetensors(entry({ shape: [1.5] }), data), /malformed shape/],
  ['no shape', frameSafetensors(entry({ shape: undefined }), data), /malformed shape/],
  ['one offset', frameSafetensors(entry({ data_offsets: [0] }), data), /malformed offsets/],
  ['offsets backwards', frameSafetensors(entry({ data_offsets: [16, 0] }), data), /t has -16 bytes/],
  ['a shape too large', frameSafetensors(entry({ shape: [5] }), data), /t has 16 bytes.*need 20/],
  ['a shape of 1e300', frameSafetensors(entry({ shape: [1e300] }), data), /malformed shape/],
  [
    'a product beyond all numbers',
    frameSafetensors(entry({ shape: [2 ** 50, 2 ** 50] }), data),
    /t has 16 bytes/,
  ],
  [
    'a tensor beyond the end',
    frameSafetensors(entry({ shape: [400], data_offsets: [0, 1600] }), data),
    /after the end of the file/,
  ],
  [
    'a gap before a tensor',
    frameSafetensors(entry({ shape: [2], data_offsets: [8, 16] }), data),
    /begins at/,
  ],
  ['bytes after the last', frameSafetensors(entry({}), [...data, Buffer.alloc(4)]), /the tensors end at/],
  [
    'two tensors in one place',
    frameSafetensors(
      JSON.stringify({
        a: { dtype: 'F32', shape: [4], data_offsets: [0, 16] },
        b: { dtype: 'F32', shape: [4], data_offsets: [0, 16] },
      }),
      data,
    ),
    /begins at byte/,
  ],
])('%s is named', async (_, bytes, message) => {
  const file = await write(bytes);
  const error: unknown = await readSafetensors(file).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(InvalidModelFileError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toContain(file);
});

it('a file that was cut short anywhere is never read as whole', async () => {
  const bytes = encodeSafetensors(
    new Map([
      ['a', { dtype: 'F16', shape: [2, 3], bytes: new Uint8Array(12) }],
      ['b', { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }],
    ]),
  );
  for (let length = 0; length < bytes.length; length++) {
    await expect(readSafetensors(await write(bytes.subarray(0, length)))).rejects.toThrow(
      InvalidModelFileError,
    );
  }
});

it('a file that shrank since its header was read is named', async () => {
  const bytes = encodeSafetensors(new Map([['a', { dtype: 'F32', shape: [4], bytes: new Uint8Array(16) }]]));
  const file = await readSafetensors(await write(bytes));
  await write(bytes.subarray(0, -1));
  await expect(readSafetensorsBytes(file, 'a')).rejects.toThrow(/ends inside the tensor a/);
  await expect(readSafetensorsBytes(file, 'b')).rejects.toThrow(/has no tensor b/);
});
