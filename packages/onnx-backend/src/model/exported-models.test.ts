import { generateText, InvalidModelFileError, type LanguageModel, UnsupportedError } from '@foretoken/core';
import { backendConformance } from '@foretoken/core/testing';
import { onnxBackend, withTransformersModel } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { exportTransformersFolder } from '../graph/export/export-transformers-folder.js';

// Exports for transformers.js, made from the embedded draft.

const inFolder = temporaryFolder();

const exports = {
  fused: {},
  apart: { decomposed: true, numLogitsToKeep: false, cacheType: 'float16' },
} as const;

beforeAll(async () => {
  for (const [name, options] of Object.entries(exports)) {
    await exportTransformersFolder(tinyModels.draft, inFolder(name), { weightFormat: 'float32', ...options });
  }
});

/** What transformers.js makes of a folder, as far as it is used: its session is one of onnxruntime-node. */
async function openTransformersModel(folder: string) {
  const json = async (name: string): Promise<object> =>
    JSON.parse(await readFile(path.join(folder, name), 'utf8')) as object;
  const model = await InferenceSession.create(path.join(folder, 'onnx', 'model.onnx'), {
    logSeverityLevel: 3,
  });
  return {
    model: {
      sessions: { model },
      config: await json('config.json'),
      generation_config: await json('generation_config.json'),
    },
    tokenizer: { _tokenizerJSON: await json('tokenizer.json') },
  };
}

const models: Readonly<
  Record<string, { tolerance: number; load: (options: object) => Promise<LanguageModel> }>
> = {
  'through native access': {
    tolerance: 1e-4,
    load: (options) => onnxBackend.loadModel(inFolder('fused'), { ...options, access: 'native' }),
  },
  'through stock access, with all logits and a cache in half precision': {
    tolerance: 0.05,
    load: (options) =>
      onnxBackend.loadModel(inFolder('apart/onnx/model.onnx'), { ...options, access: 'stock' }),
  },
  'loaded by transformers.js': {
    tolerance: 1e-4,
    load: async (options) => {
      const { model, tokenizer } = await openTransformersModel(inFolder('fused'));
      return withTransformersModel(model, tokenizer, options);
    },
  },
};

for (const [name, { tolerance, load: loadModel }] of Object.entries(models)) {
  describe(`an export ${name} conforms`, () => {
    for (const { name: law, run } of backendConformance({ loadModel, tolerance })) test(law, run);
  });
}

test('an export writes the text of the model that it was made from', async () => {
  const prompt = 'export function sum(values: readonly number[]): number {\n';
  const { model, tokenizer } = await openTransformersModel(inFolder('fused'));
  const all = await Promise.all([
    onnxBackend.loadModel(tinyModels.draft, { weightFormat: 'float32', cacheFolder: inFolder('') }),
    onnxBackend.loadModel(inFolder('fused')),
    withTransformersModel(model, tokenizer),
  ]);
  const texts = [];
  for (const target of all) {
    const { text } = await generateText({
      target,
      prompt: target.tokenizer.encode(prompt),
      sampling: { temperature: 0 },
      maximumTokens: 48,
      seed: 1,
    });
    texts.push(text);
    await target.close();
  }
  expect(texts[0]?.length).toBeGreaterThan(20);
  expect(new Set(texts).size).toBe(1);
  // What is wrapped stays its owner's.
  const session = model.sessions.model;
  expect(session.inputNames).toContain('input_ids');
  await session.release();
});

test('the format asked for is the export that is loaded', async () => {
  await exportTransformersFolder(tinyModels.draft, inFolder('formats'), { weightFormat: 'int8' });
  const model = await onnxBackend.loadModel(inFolder('formats'));
  expect(model.capabilities).toMatchObject({
    weightFormat: 'quantized',
    maximumLeaves: 1,
    hiddenStateWidth: undefined,
  });
  await model.close();
  await expect(onnxBackend.loadModel(inFolder('formats'), { weightFormat: 'float16' })).rejects.toThrow(
    /neither safetensors nor any of onnx\/model_fp16.onnx/,
  );
});

test('an export without its companions says what is missing', async () => {
  await exportTransformersFolder(tinyModels.draft, inFolder('bare'), { weightFormat: 'float32' });
  const config = inFolder('bare/config.json');
  const content = JSON.parse(await readFile(config, 'utf8')) as object;
  await writeFile(config, JSON.stringify({ ...content, max_position_embeddings: undefined }));
  await expect(onnxBackend.loadModel(inFolder('bare'))).rejects.toThrow(
    /max_position_embeddings is undefined/,
  );
  await rm(config);
  await expect(onnxBackend.loadModel(inFolder('bare'))).rejects.toThrow(InvalidModelFileError);
  await rm(inFolder('bare/tokenizer.json'));
  await expect(onnxBackend.loadModel(inFolder('bare'))).rejects.toThrow(
    /no tokenizer at .*the option tokenizer/,
  );
});

test('what is no causal model of transformers.js says so', async () => {
  const { model, tokenizer } = await openTransformersModel(inFolder('fused'));
  await expect(withTransformersModel({ ...model, sessions: {} }, tokenizer)).rejects.toThrow(
    /has the sessions \(none\)/,
  );
  await expect(withTransformersModel(model, {} as unknown as { _tokenizerJSON: object })).rejects.toThrow(
    /none of transformers.js 4/,
  );
  const session = model.sessions.model;
  const encoder = {
    run: session.run.bind(session),
    inputMetadata: session.inputMetadata.slice(0, 2),
    outputMetadata: [{ name: 'last_hidden_state', isTensor: true, type: 'float32', shape: [1, 2, 3] }],
  };
  const refused = withTransformersModel({ ...model, sessions: { model: encoder } }, tokenizer);
  await expect(refused).rejects.toThrow(UnsupportedError);
  await expect(refused).rejects.toThrow(
    /past_key_values.N.key and .value are missing; the output logits is missing/,
  );
  await session.release();
});
