import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { InvalidModelFileError } from '@foretoken/core';
import { llamacppBackend, quantizeModel } from '@foretoken/llamacpp-backend';
import { readGguf, readTensorBytes, requantizeModel } from '@foretoken/models';
import { onnxBackend } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-quantize-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('every matrix of a pure quantisation has the one format, and the model still runs', async () => {
  const output = path.join(folder, 'draft-q4_0.gguf');
  await quantizeModel(tinyModels.draft, output, { format: 'Q4_0', pure: true, threads: 1 });
  const { tensors } = await readGguf(output);
  for (const { shape, type } of tensors.values()) expect(type.name).toBe(shape.length === 1 ? 'F32' : 'Q4_0');
  const model = await llamacppBackend.loadModel(output, { threads: 1, maximumSequences: 1 });
  expect(model.capabilities.weightFormat).toMatch(/Q4_0/);
  await model.close();
});

test.each(['F16', 'Q4_0', 'Q8_0'] as const)(
  'our own writer gives the bytes of the engine in %s, tensor by tensor',
  async (format) => {
    const [own, engine] = [
      path.join(folder, `own-${format}.gguf`),
      path.join(folder, `engine-${format}.gguf`),
    ];
    await requantizeModel(tinyModels.draft, own, { format });
    await quantizeModel(tinyModels.draft, engine, { format, pure: true, threads: 1 });
    const [written, expected] = [await readGguf(own), await readGguf(engine)];
    expect([...written.tensors.keys()].toSorted()).toEqual([...expected.tensors.keys()].toSorted());
    for (const [name, { shape, type }] of expected.tensors) {
      expect(written.tensors.get(name)).toMatchObject({ shape, type });
      expect(
        Buffer.compare(await readTensorBytes(written, name), await readTensorBytes(expected, name)),
        name,
      ).toBe(0);
    }
    for (const key of ['general.file_type', 'general.quantization_version'])
      expect(written.metadata.get(key)).toBe(expected.metadata.get(key));
  },
);

test('our own writer refuses what it cannot write, by its name, and leaves no file behind', async () => {
  const before = await readdir(folder);
  const output = path.join(folder, 'refused.gguf');
  const cut = path.join(folder, 'cut.gguf');
  await writeFile(cut, (await readFile(tinyModels.draft)).subarray(0, 200_000));
  await expect(requantizeModel(cut, output, { format: 'Q4_0' })).rejects.toThrow(InvalidModelFileError);
  await rm(cut);
  await expect(requantizeModel(tinyModels.draft, tinyModels.draft, { format: 'Q4_0' })).rejects.toThrow(
    /source itself/,
  );
  const cancelled = { format: 'Q4_0', signal: AbortSignal.abort() } as const;
  await expect(requantizeModel(tinyModels.draft, output, cancelled)).rejects.toThrow('aborted');
  expect(await readdir(folder)).toEqual(before);
});

test('ONNX graphs are generated from every format, of a mixed model too', async () => {
  const laws: Float32Array[] = [];
  const file = path.join(folder, 'mixed-q4_k.gguf');
  await quantizeModel(tinyModels.draft, file, { format: 'Q4_K_M', threads: 1 });
  const formats = [...(await readGguf(file)).tensors.values()].map(({ type }) => type.name);
  for (const backend of [llamacppBackend, onnxBackend]) {
    const model = await backend.loadModel(file, { threads: 1, cacheFolder: path.join(folder, 'cache') });
    const sequence = model.createSequence();
    const tokens = model.tokenizer.encode('export function sum(values: number[]) {');
    const [result] = await model.forward([{ sequence, tokens, rows: 'last' }]);
    laws.push(softmax(result?.logits.read(0) as Float32Array));
    await model.close();
  }
  await rm(file);
  await rm(path.join(folder, 'cache'), { recursive: true });
  const [engine, graph] = laws as [Float32Array, Float32Array];
  const distance =
    engine.reduce((sum, value, token) => sum + Math.abs(value - (graph[token] as number)), 0) / 2;
  console.log(`${[...new Set(formats)].join(', ')}: total variation ${distance.toFixed(4)}`);
  // Both round activations to 8 bits in their own way, and the graph rounds weights to 8 bits once more.
  expect(distance).toBeLessThan(0.05);
});

function softmax(logits: Float32Array): Float32Array {
  const largest = logits.reduce((most, value) => Math.max(most, value));
  const weights = logits.map((value) => Math.exp(value - largest));
  const sum = weights.reduce((total, value) => total + value, 0);
  return weights.map((value) => value / sum);
}

test('what cannot be quantised is named, and leaves no file behind', async () => {
  const before = await readdir(folder);
  const format = 'Q4_0';
  const into = (name: string): string => path.join(folder, name);
  await expect(quantizeModel(into('missing.gguf'), into('a.gguf'), { format })).rejects.toThrow(
    /missing\.gguf: there is no such file/,
  );
  await expect(
    quantizeModel(tinyModels.draft, into('a.gguf'), { format: 'Q9_9' as typeof format }),
  ).rejects.toThrow(/Q4_0.*not Q9_9/);
  await expect(quantizeModel(tinyModels.draft, tinyModels.draft, { format })).rejects.toThrow(
    /source itself/,
  );
  await expect(quantizeModel(tinyModels.draft, into('no/such/folder.gguf'), { format })).rejects.toThrow(
    /folder\.gguf/,
  );
  await expect(quantizeModel(tinyModels.draft, into('a.gguf'), { format, threads: 0 })).rejects.toThrow(
    /threads must be/,
  );
  expect(await readdir(folder)).toEqual(before);
});
