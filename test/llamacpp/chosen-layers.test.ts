import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CacheWriteError, InvalidArgumentError, type LanguageModel } from '@foretoken/core';
import { llamacppBackend, type LlamacppOptions } from '@foretoken/llamacpp-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { llamaWeights, smallestShape, type Weights } from '../support/llama-weights.js';
import { referenceLogits } from '../support/reference-llama.js';
import { writeLlamaGguf } from '../support/write-llama-gguf.js';

const shape = { ...smallestShape, layers: 4 };
const weights = llamaWeights(shape, 20261128);
const tokens = [5, 100, 42, 17, 250, 99];
/** Float32 weights and cache. Logits go from -6 to 6. */
const tolerance = 1e-4;

let folder: string;
let source: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-layers-'));
  source = path.join(folder, 'source.gguf');
  await writeLlamaGguf(source, { shape, weights });
});
afterAll(() => rm(folder, { recursive: true }));

const load = (options: LlamacppOptions): Promise<LanguageModel> =>
  llamacppBackend.loadModel(source, { threads: 1, kvType: 'f32', cacheFolder: folder, ...options });

async function logitsOf(options: LlamacppOptions): Promise<readonly Float32Array[]> {
  const model = await load(options);
  try {
    const [result] = await model.forward([{ sequence: model.createSequence(), tokens, rows: 'all' }]);
    return tokens.map((_, row) => Float32Array.from(result?.logits.read(row) as Float32Array));
  } finally {
    await model.close();
  }
}

/** A model of these layers alone, in float64, from the weights in memory. */
function expectedLogits(layers: readonly number[]): number[][] {
  const kept = new Map<string, Weights>(weights);
  for (const [index, layer] of layers.entries()) {
    for (const [name, values] of weights) {
      const part = name.replace(`model.layers.${layer}.`, '');
      if (part !== name) kept.set(`model.layers.${index}.${part}`, values);
    }
  }
  return referenceLogits({ ...shape, layers: layers.length }, kept, tokens, 'neighbours');
}

function largestDifference(left: readonly Float32Array[], right: readonly number[][]): number {
  return Math.max(
    ...left.flatMap((row, at) =>
      Array.from(row, (value, token) => Math.abs(value - (right[at]?.[token] as number))),
    ),
  );
}

describe('the layers of a model, on llama.cpp', () => {
  it.each([[[0]], [[3]], [[0, 1]], [[1, 3]], [[0, 2, 3]], [[0, 1, 2, 3]]])(
    '%j: the logits of a float64 model of these alone',
    async (layers) => {
      expect(largestDifference(await logitsOf({ layers }), expectedLogits(layers))).toBeLessThan(tolerance);
    },
  );

  it('left out are the same as kept without them; control: others give other logits', async () => {
    const logits = await logitsOf({ skipLayers: [1] });
    expect(largestDifference(logits, expectedLogits([0, 2, 3]))).toBeLessThan(tolerance);
    expect(largestDifference(logits, expectedLogits([0, 1, 3]))).toBeGreaterThan(0.1);
  });

  it('that are not there are refused, and so is a cache that cannot be written', async () => {
    for (const options of [
      { layers: [] },
      { layers: [4] },
      { layers: [1, 1] },
      { skipLayers: [0, 1, 2, 3] },
    ]) {
      await expect(load(options)).rejects.toThrow(InvalidArgumentError);
    }
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    await expect(load({ layers: [0], cacheFolder: file })).rejects.toThrow(CacheWriteError);
  });
});
