import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  decodeWeights,
  encodeWeights,
  type GgufFile,
  readGguf,
  readTensor,
  readTensorBytes,
  type TensorType,
  tensorTypeById,
  tensorTypeByName,
  type TypedValue,
  weightFormats,
  writeGguf,
} from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import {
  dequantizeWithLlama,
  float16Row,
  float32Row,
  quantizeWithLlama,
  tensorTypeCount,
  tensorTypeFacts,
} from '../support/llama-oracle.js';
import { llamaWeights, smallestShape, type Weights } from '../support/llama-weights.js';
import { SeededRandom } from '../support/seeded-random.js';
import { tensorToWrite, writeLlamaGguf } from '../support/write-llama-gguf.js';

const seed = 20261124;
const formats = ['Q8_0', 'Q4_0', 'F16'] as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-quantise-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Lets llama.cpp quantise a file; every tensor's bytes must be what this package makes of the same numbers. */
async function compare(source: string, format: (typeof formats)[number]): Promise<void> {
  const output = path.join(folder, `${format}.gguf`);
  quantizeWithLlama(source, output, weightFormats[format]);
  const [before, after] = [await readGguf(source), await readGguf(output)];
  expect(after.tensors.size).toBe(before.tensors.size);
  let matrices = 0;
  for (const { name, type } of after.tensors.values()) {
    if (type.name !== 'F32') expect(type.name).toBe(format);
    if (type.name === format) matrices += 1;
    const ours = encodeWeights(await readTensor(before, name), type.name as 'F32' | typeof format);
    expect(Buffer.compare(ours, await readTensorBytes(after, name)), name).toBe(0);
  }
  expect(matrices).toBeGreaterThan(7);
}

test.each([
  'Q4_0',
  'Q4_1',
  'Q5_0',
  'Q5_1',
  'Q8_0',
  'Q2_K',
  'Q3_K',
  'Q4_K',
  'Q5_K',
  'Q6_K',
  'IQ4_NL',
  'IQ4_XS',
  'IQ3_S',
  'IQ3_XXS',
  'IQ2_S',
  'IQ2_XS',
  'IQ2_XXS',
  'IQ1_M',
  'IQ1_S',
  'TQ2_0',
  'TQ1_0',
  'Q2_0',
  'Q1_0',
  'MXFP4',
  'NVFP4',
])("%s is dequantised to llama.cpp's own bits, whatever the blocks hold", (format) => {
  const blocks = 300;
  const { blockBytes, blockElements } = tensorTypeByName(format) as TensorType;
  const random = new SeededRandom(seed);
  const bytes = Uint8Array.from({ length: blocks * blockBytes }, () => random.whole(0, 255));
  const expected = dequantizeWithLlama(format, bytes, blocks * blockElements);
  const decoded = decodeWeights(bytes, format);
  expect(decoded).toHaveLength(expected.length);
  // Object.is: signs of zeros count, and NaN is NaN.
  expect(decoded.findIndex((value, at) => !Object.is(value, expected[at]))).toBe(-1);
  expect(new Set(expected).size).toBeGreaterThan(100);
});

describe.each(formats)("%s is llama.cpp's own, tensor by tensor", (format) => {
  it('of the embedded draft in F16', async () => {
    const source = path.join(folder, 'draft-f16.gguf');
    await writeIn(await readGguf(tinyModels.draft), source, 'F16');
    await compare(source, format);
  });

  it('of numbers that are hard to round', async () => {
    const source = path.join(folder, 'awkward.gguf');
    await writeLlamaGguf(source, { weights: awkwardWeights() });
    await compare(source, format);
  });
});

/** The same model with its matrices in another format. */
async function writeIn(file: GgufFile, output: string, format: 'F16'): Promise<void> {
  const tensors = await Promise.all(
    [...file.tensors.values()].map(async ({ name, shape, type }) =>
      tensorToWrite(
        name,
        shape.toReversed(),
        await readTensor(file, name),
        type.name === 'F32' ? 'F32' : format,
      ),
    ),
  );
  await writeGguf(
    output,
    new Map([...file.metadata].map(([key, value]) => [key, typed(key, value)])),
    tensors,
  );
}

/** The types that the embedded models' metadata has in the file. */
function typed(key: string, value: unknown): TypedValue {
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (Array.isArray(value)) {
    return typeof value[0] === 'string'
      ? { type: 'string[]', value: value as string[] }
      : { type: 'int32[]', value: value as number[] };
  }
  const real = key.endsWith('epsilon') || key.endsWith('freq_base');
  return { type: real ? 'float32' : 'uint32', value: value as number };
}

/** Blocks of 32 of every awkward kind, in the matrices of a small model. */
function awkwardWeights(): Map<string, Weights> {
  const random = new SeededRandom(seed);
  const kinds: readonly (() => number[])[] = [
    () => block(() => 0),
    () => block(() => -0),
    () => block(() => random.normal(1)),
    // Whole and half levels: ties in Q8_0, whose scale is then 1, and in Q4_0.
    () => [127, ...block(() => random.whole(-254, 254) / 2).slice(1)],
    () => [-8, ...block(() => random.whole(-16, 16) / 2).slice(1)],
    () => [8, ...block(() => random.whole(-16, 16) / 2).slice(1)],
    // The largest magnitude with both signs: which one is first decides about Q4_0's scale.
    () => block((at) => (at % 2 === 0 ? 1 : -1)),
    () => block((at) => (at % 2 === 0 ? -3 : 3)),
    () => block((at) => (at === 31 ? 1 : 0)),
    // Scales that float16 holds only as denormals, or as zero.
    () => block(() => random.normal(1e-5)),
    () => block(() => random.normal(1e-8)),
    () => block(() => random.normal(1e-20)),
    // float32 denormals: the inverse of their scale is infinite.
    () => block(() => random.normal(1e-40)),
    () => block(() => random.whole(-3, 3) * 2 ** -149),
    () => block(() => random.normal(100)),
    // Close to the end of float16's range.
    () => block(() => Math.max(-65_504, Math.min(65_504, random.normal(30_000)))),
    () => block(() => 10 ** random.whole(-6, 3) * random.pick([1, -1])),
    () =>
      block(
        () => decodeWeights(Uint8Array.of(random.whole(0, 255), random.whole(0, 0x7b)), 'F16')[0] as number,
      ),
  ];
  let at = 0;
  const weights = llamaWeights(smallestShape, seed);
  for (const { shape, values } of weights.values()) {
    if (shape.length === 1) continue;
    for (let start = 0; start < values.length; start += 32) {
      values.set((kinds[at++ % kinds.length] as () => number[])(), start);
    }
  }
  expect(at).toBeGreaterThan(20 * kinds.length);
  return weights;
}

function block(value: (at: number) => number): number[] {
  return Array.from({ length: 32 }, (_, at) => value(at));
}

test("float16 is ggml's: all 65,536 bit patterns, and 300,000 float32 ones", () => {
  const allBits = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
  const ours = decodeWeights(new Uint8Array(allBits.buffer), 'F16');
  expect(ours).toEqual(float32Row(allBits));
  const random = new SeededRandom(seed);
  const bits = Uint32Array.from({ length: 300_000 }, () => random.whole(0, 2 ** 32 - 1));
  const values = new Float32Array(bits.buffer).filter((value) => !Number.isNaN(value));
  const encoded = encodeWeights(values, 'F16');
  expect(Buffer.compare(encoded, new Uint8Array(float16Row(values).buffer))).toBe(0);
});

test("the table of tensor types is ggml's", () => {
  for (let id = 0; id < tensorTypeCount; id++) {
    const type = tensorTypeById(id);
    const facts = tensorTypeFacts(id);
    // Q8_1 and Q8_K are for activations; the others that we do not know are gone from ggml too.
    if (type === undefined)
      expect(['', 'q8_1', 'q8_K'].includes(facts.name) || facts.blockElements === 0, facts.name).toBe(true);
    else
      expect({ ...type, name: type.name.toLowerCase() }).toEqual({
        id,
        ...facts,
        name: facts.name.toLowerCase(),
      });
  }
  expect(tensorTypeById(tensorTypeCount)).toBeUndefined();
});
