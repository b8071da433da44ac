import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createModelDrafter, type ForwardResult, generateText, type LanguageModel } from '@foretoken/core';
import { backendConformance } from '@foretoken/core/testing';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { convertHuggingFaceFolder, type TypedValue } from '@foretoken/models';
import { onnxBackend, type OnnxOptions } from '@foretoken/onnx-backend';
import { afterAll, describe, expect, test } from 'vitest';
import { exportTransformersFolder } from '../../packages/onnx-backend/dist/graph/export/export-transformers-folder.js';
import { gemmaModels, gemmaWindow } from '../../packages/onnx-backend/testing/gemma-models.js';
import { writeHuggingFaceFolder as writeRandomFolder } from '../../packages/onnx-backend/testing/hugging-face-folder.js';
import { largestDifference } from '../../packages/onnx-backend/testing/largest-difference.js';
import { type RandomModel, writeRandomGguf } from '../../packages/onnx-backend/testing/random-gguf.js';
import { writeFloat32Copy } from './reference/write-float32-copy.js';

// Gemma's models and Mistral on both engines, which share no code: the same random weights, keys and values in float32.

const folder = await mkdtemp(path.join(tmpdir(), 'foretoken-families-'));
afterAll(() => rm(folder, { recursive: true }));
const inFolder = (name: string): string => path.join(folder, name);

const pre = { 'tokenizer.ggml.pre': { type: 'string', value: 'gpt-2' } } as const;
const write = async (name: string, model: RandomModel): Promise<string> => {
  await writeRandomGguf(inFolder(name), { ...model, metadata: { ...pre, ...model.metadata } });
  return inFolder(name);
};
const mistral = inFolder('mistral');
await writeRandomFolder(mistral, { architecture: 'mistral', config: { sliding_window: null } });
await writeRandomFolder(inFolder('windowed'), {
  architecture: 'mistral',
  config: { sliding_window: gemmaWindow },
});
await writeRandomFolder(inFolder('gemma2'), {
  architecture: 'gemma2',
  config: { sliding_window: gemmaWindow, attn_logit_softcapping: 3, final_logit_softcapping: 20 },
});
await convertHuggingFaceFolder(mistral, inFolder('half.gguf'), { format: 'F16' });
await writeFloat32Copy(inFolder('half.gguf'), inFolder('mistral.gguf'));
const files = {
  gemma: await write('gemma.gguf', gemmaModels.gemma),
  gemma2: await write('gemma2.gguf', gemmaModels.gemma2),
  gemma3: await write('gemma3.gguf', gemmaModels.gemma3),
};

const onnx = (source: string, options: OnnxOptions = {}): Promise<LanguageModel> =>
  onnxBackend.loadModel(source, { threads: 1, contextLength: 128, cacheFolder: folder, ...options });
const llama = (source: string): Promise<LanguageModel> =>
  llamacppBackend.loadModel(source, { threads: 1, kvType: 'f32' });

/** llama.cpp looks Gemma's gates up in a table of float16; measured: 2.7e-3. */
const tolerance = 0.01;
/** Mistral's gates are computed; measured: 6e-6. */
const sameWithinRounding = 1e-4;

const text = Array.from({ length: 4 * gemmaWindow }, (_, index) => (index * 37 + 5) % 64);
const other = text.map((token) => (token + 11) % 64);
/** Deeper than the window, with siblings. */
const parents = [-1, 0, 0, 1, 3, 4, 5, 5, 7, 8, 2];

/** Rows of a text that is rolled back within the window, beyond it, and goes on as a tree. */
async function rowsOf(model: LanguageModel): Promise<Float32Array[]> {
  const sequence = model.createSequence();
  const rows: Float32Array[] = [];
  const read = async (tokens: readonly number[], tree?: readonly number[]): Promise<void> => {
    const [result] = await model.forward([
      { sequence, tokens, rows: 'all', ...(tree === undefined ? {} : { parents: tree }) },
    ]);
    const { logits } = result as ForwardResult;
    for (let row = 0; row < logits.rowCount; row++) rows.push(logits.read(row).slice());
  };
  await read(text);
  sequence.doRollback(text.length - 2);
  await read(other.slice(0, 3));
  sequence.doRollback(2);
  await read(other);
  await read(other.slice(0, parents.length), parents);
  sequence.doCommitPath([0, 1, 3, 4, 5, 7, 8]);
  await read([1, 2]);
  sequence.close();
  return rows;
}

async function rowsOn(load: Promise<LanguageModel>): Promise<Float32Array[]> {
  const model = await load;
  try {
    return await rowsOf(model);
  } finally {
    await model.close();
  }
}

describe.each(Object.entries(files))('%s', (name, file) => {
  test('has the same logits on both engines, after rollbacks and on trees', async () => {
    const [expected, actual] = [await rowsOn(llama(file)), await rowsOn(onnx(file))];
    const difference = largestDifference(actual, expected);
    console.log(`${name}: largest difference ${difference.toExponential(2)}`);
    expect(difference).toBeLessThan(tolerance);
  });
});

test.each<[key: string, value: TypedValue]>([
  ['attention.sliding_window', { type: 'uint32', value: gemmaWindow + 1 }],
  ['attn_logit_softcapping', { type: 'float32', value: 1e6 }],
  ['final_logit_softcapping', { type: 'float32', value: 1e6 }],
])('control: with another %s ONNX is not llama.cpp', async (key, value) => {
  const { metadata } = gemmaModels.gemma2;
  const changed = { ...gemmaModels.gemma2, metadata: { ...metadata, [`gemma2.${key}`]: value } };
  const wrong = await rowsOn(onnx(await write('changed.gguf', changed)));
  const difference = largestDifference(wrong, await rowsOn(llama(files.gemma2)));
  console.log(`control ${key}: ${difference.toExponential(2)}`);
  expect(difference).toBeGreaterThan(0.1);
});

test("a Mistral folder on ONNX has the logits of its GGUF file on llama.cpp; with a window it hasn't", async () => {
  const expected = await rowsOn(llama(inFolder('mistral.gguf')));
  const format = { weightFormat: 'float16' } as const;
  const difference = largestDifference(await rowsOn(onnx(mistral, format)), expected);
  console.log(`mistral: largest difference ${difference.toExponential(2)}`);
  expect(difference).toBeLessThan(sameWithinRounding);
  const windowed = await rowsOn(onnx(inFolder('windowed'), format));
  expect(largestDifference(windowed, expected)).toBeGreaterThan(0.1);
});

test.each([false, true])(
  'an export of gemma2 for transformers.js has its rows; apart: %s',
  async (decomposed) => {
    const exported = inFolder(`exported-${decomposed}`);
    await exportTransformersFolder(inFolder('gemma2'), exported, { weightFormat: 'float32', decomposed });
    const rows: Float32Array[][] = [];
    for (const source of [inFolder('gemma2'), exported]) {
      const model = await onnx(source);
      const sequence = model.createSequence();
      const logits: Float32Array[] = [];
      for (const part of [text.slice(0, 2 * gemmaWindow), text.slice(2 * gemmaWindow)]) {
        const [result] = await model.forward([{ sequence, tokens: part, rows: 'all' }]);
        for (let row = 0; row < part.length; row++)
          logits.push((result as ForwardResult).logits.read(row).slice());
      }
      rows.push(logits);
      await model.close();
    }
    const [ours, theirs] = rows as [Float32Array[], Float32Array[]];
    expect(largestDifference(theirs, ours)).toBeLessThan(sameWithinRounding);
  },
);

describe.each([
  { name: 'gemma2', file: inFolder('gemma2') },
  { name: 'mistral with a window', file: inFolder('windowed') },
])('$name on ONNX', ({ file }) => {
  const loadModel = (options: object): Promise<LanguageModel> => onnx(file, options);
  for (const { name, run } of backendConformance({ loadModel, tolerance: 1e-4 })) test(name, run);

  test('speculation with drafts longer than the window writes the text of plain decoding', async () => {
    const target = await onnx(file);
    const draft = await onnx(file, { layers: [0] });
    const settings = {
      target,
      prompt: text.slice(0, 4),
      maximumTokens: 5 * gemmaWindow,
      sampling: { temperature: 0 },
      ignoreEndTokens: true,
    };
    const plain = await generateText(settings);
    const drafter = createModelDrafter({ model: draft, target });
    const { tokens } = await generateText({ ...settings, drafter, draftLength: gemmaWindow + 2 });
    expect(tokens).toEqual(plain.tokens);
    await target.close();
    await draft.close();
  });
});
