import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { llamacppBackend, quantizeModel } from '@foretoken/llamacpp-backend';
import { readGguf } from '@foretoken/models';
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
