import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { generateGraph, type GraphOptions } from '@foretoken/onnx-backend';
import { exportTransformersFolder } from '../../../packages/onnx-backend/dist/graph/export/export-transformers-folder.js';
import { type RandomModel, writeRandomGguf } from '../../../packages/onnx-backend/testing/random-gguf.js';

const metadata: RandomModel['metadata'] = {
  'tokenizer.ggml.pre': { type: 'string', value: 'gpt-2' },
  'tokenizer.ggml.token_type': { type: 'int32[]', value: new Array<number>(64).fill(1) },
};
const llama: RandomModel = { architecture: 'llama', format: 'F32', metadata };
const models: Readonly<Record<string, RandomModel>> = {
  llama,
  // Biases, and a head of its own.
  qwen2: { architecture: 'qwen2', format: 'F32', metadata, biases: true, separateHead: true },
  // No heads share keys and values: attention taken apart then computes a spare row.
  'llama-unshared': { ...llama, heads: 2 },
};
const contextLength = 32;
const formats = [
  { weightFormat: 'float32' },
  { weightFormat: 'float16' },
  { weightFormat: 'int8', accuracyLevel: 1 },
  { weightFormat: 'int8', accuracyLevel: 4 },
  { weightFormat: 'int4', accuracyLevel: 1 },
  { weightFormat: 'int4', accuracyLevel: 4 },
] as const satisfies readonly GraphOptions[];
const choices = [false, true];

/** Writes a graph of every kind that the backend generates, for small random models: FOLDER/NAME.onnx. */
export async function writeOnnxGraphs(folder: string): Promise<void> {
  const source = (model: string): string => path.join(folder, `${model}.gguf`);
  for (const [name, model] of Object.entries(models)) await writeRandomGguf(source(name), model);
  const generate = async (model: string, options: GraphOptions): Promise<void> => {
    const target = path.join(folder, `${nameOf(model, options)}.onnx`);
    await generateGraph(source(model), target, { contextLength, ...options });
  };
  for (const format of formats) {
    for (const decomposed of choices) {
      for (const trees of choices) {
        for (const cacheType of ['float32', 'float16'] as const) {
          await generate('llama', { ...format, decomposed, trees, cacheType });
        }
      }
      await generate('qwen2', { ...format, decomposed });
      await generate('llama-unshared', { ...format, decomposed });
      for (const cacheType of ['float32', 'float16'] as const) {
        const options = { ...format, decomposed, cacheType };
        for (const numLogitsToKeep of choices) {
          const exported = path.join(folder, 'exported');
          const file = await exportTransformersFolder(source('llama'), exported, {
            ...options,
            numLogitsToKeep,
          });
          const name = nameOf(`export${numLogitsToKeep ? '-last' : ''}`, options);
          await rename(file, path.join(folder, `${name}.onnx`));
          await rm(exported, { recursive: true });
        }
      }
    }
  }
}

function nameOf(model: string, options: GraphOptions): string {
  const { weightFormat, accuracyLevel, decomposed, trees, cacheType } = options;
  return [
    model,
    weightFormat,
    accuracyLevel === undefined ? '' : `level${accuracyLevel}`,
    decomposed === true ? 'decomposed' : 'fused',
    trees === true ? 'trees' : '',
    cacheType === 'float16' ? 'cache16' : '',
  ]
    .filter((part) => part !== '')
    .join('-');
}
