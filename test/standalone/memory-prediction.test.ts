import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { InsufficientMemoryError, type LanguageModel, type MemoryUse } from '@foretoken/core';
import * as llamacpp from '@foretoken/llamacpp-backend';
import * as onnx from '@foretoken/onnx-backend';
import { tinyHeads, tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, expect, test } from 'vitest';

let cacheFolder: string;
beforeAll(async () => {
  cacheFolder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-memory-'));
});
afterAll(() => rm(cacheFolder, { recursive: true }));

const modelFiles = [tinyModels.target, tinyModels.draft];
const parts = ['weights', 'cache', 'buffers'] as const;

/**
 * Each part within a tenth of what the engine says with a sequence open, as profiles ask it, and with that one read to the
 * end of its context; closes the model.
 */
async function expectPredicted(predicted: Partial<MemoryUse>, model: LanguageModel): Promise<void> {
  const sequence = model.createSequence();
  const tokens = Array.from({ length: model.contextLength }, (_, place) => place % model.vocabularySize);
  const opened = model.memory();
  await model.forward([{ sequence, tokens, rows: 'none' }]);
  const read = model.memory();
  sequence.close();
  await model.close();
  // Regression: buffers grew with the context, so that a profile told of less than what runs take.
  for (const measured of [opened, read]) {
    for (const part of parts) expect(near(predicted[part] as number, measured[part]), part).toBe(true);
  }
}

/** Within a tenth. */
function near(predicted: number, measured: number): boolean {
  return Math.abs(predicted - measured) <= 0.1 * measured;
}

const formats = Object.keys(llamacpp.quantizationFormats) as llamacpp.QuantizationFormat[];
const llamacppOptions: llamacpp.LlamacppOptions[] = [
  ...formats.map((weightFormat) => ({ weightFormat })),
  ...(Object.keys(llamacpp.kvTypes) as llamacpp.KvType[]).map((kvType) => ({ kvType })),
  { contextLength: 100, maximumSequences: 7 },
  { layers: [1], weightFormat: 'Q4_0' },
];
test.each(llamacppOptions)('llama.cpp with %j takes what is predicted to a tenth', async (options) => {
  const all = { ...options, threads: 1, cacheFolder };
  for (const file of options.weightFormat === undefined ? modelFiles : [tinyModels.draft]) {
    const predicted = await llamacpp.predictMemory(file, all);
    await expectPredicted(predicted, await llamacpp.llamacppBackend.loadModel(file, all));
  }
});

const onnxOptions: onnx.OnnxOptions[] = [
  ...(['float32', 'float16', 'int8', 'int4'] as const).map((weightFormat) => ({ weightFormat })),
  { cacheType: 'float16' },
  { contextLength: 100 },
  { layers: [1], weightFormat: 'int4' },
];
test.each(onnxOptions)(
  'the C API of ONNX Runtime with %j takes what is predicted to a tenth',
  async (options) => {
    const all = { ...options, threads: 1, cacheFolder, access: 'native' } as const;
    for (const file of options.contextLength === undefined ? [tinyModels.draft] : modelFiles) {
      const predicted = await onnx.predictMemory(file, all);
      await expectPredicted(predicted, await onnx.onnxBackend.loadModel(file, all));
    }
  },
);

test.each(Object.values(tinyHeads))('a head takes what is predicted to a tenth: %s', async (file) => {
  const options = { target: tinyModels.target, threads: 1, cacheFolder };
  const predicted = await onnx.predictHeadMemory(file, options);
  const head = await onnx.loadHead(file, options);
  const sequence = head.createSequence();
  const measured = head.memory();
  sequence.close();
  await head.close();
  for (const part of parts) expect(near(predicted[part], measured[part]), part).toBe(true);
});

test('what the source does not tell is left out', async () => {
  const stock = await onnx.predictMemory(tinyModels.draft, { access: 'stock' });
  expect(Object.keys(stock)).toEqual(['weights', 'buffers']);
});

test.each([llamacpp, onnx])(
  'a model that takes more than it may is refused before it is loaded',
  async (engine) => {
    const backend = 'llamacppBackend' in engine ? engine.llamacppBackend : engine.onnxBackend;
    const before = await readdir(cacheFolder);
    const loading = backend.loadModel(tinyModels.target, { threads: 1, cacheFolder, memoryLimit: 5e6 });
    await expect(loading, backend.name).rejects.toThrow(InsufficientMemoryError);
    await expect(loading).rejects.toThrow(
      /target\.gguf takes \d+\.\d MB \(weights .*\), and there are 5\.0 MB/,
    );
    expect(await readdir(cacheFolder)).toEqual(before);
  },
);
