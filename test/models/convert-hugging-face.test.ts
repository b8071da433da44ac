import { readFile } from 'node:fs/promises';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { decodeWeights, encodeWeights, readGguf, validateForLlama } from '@foretoken/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConversionFolder } from '../support/convert-in-folder.js';
import { type LlamaShape, llamaWeights, smallestShape } from '../support/llama-weights.js';
import { referenceLogits } from '../support/reference-llama.js';
import { SeededRandom } from '../support/seeded-random.js';

const seed = 20261124;

let folder: ConversionFolder;
beforeAll(async () => {
  folder = await ConversionFolder.create();
});
afterAll(() => folder.remove());

/** Weights that float16 holds exactly, so that conversion to F16 loses nothing. */
function float16Weights(shape: LlamaShape): ReturnType<typeof llamaWeights> {
  const weights = llamaWeights(shape, seed);
  for (const [name, { shape: lengths, values }] of weights) {
    weights.set(name, { shape: lengths, values: decodeWeights(encodeWeights(values, 'F16'), 'F16') });
  }
  return weights;
}

describe('a converted model computes what the source says', () => {
  const grouped: LlamaShape = { ...smallestShape, width: 64, layers: 2, heads: 4, keyValueHeads: 2 };

  it.each<[what: string, shape: LlamaShape, shards: number]>([
    ['tied embeddings', grouped, 1],
    ['an output matrix of its own, in three shards', { ...grouped, tiedEmbeddings: false }, 3],
    ['heads of another width than width / heads', { ...grouped, headWidth: 32 }, 1],
    ['a key and value for every head', { ...grouped, keyValueHeads: 4 }, 1],
  ])('with %s', async (_, shape, shards) => {
    const weights = float16Weights(shape);
    const file = await folder.convert(await folder.write({ shape, weights, dtype: 'F16', shards }));
    const random = new SeededRandom(seed);
    const tokens = Array.from({ length: 24 }, () => random.whole(0, shape.vocabularySize - 1));
    const expected = referenceLogits(shape, weights, tokens);
    const unpermuted = referenceLogits(shape, weights, tokens, 'neighbours');
    const model = await llamacppBackend.loadModel(file, { threads: 1, maximumSequences: 1, kvType: 'f32' });
    try {
      const sequence = model.createSequence();
      const [result] = await model.forward([{ sequence, tokens, rows: 'all' }]);
      const difference = (rows: readonly number[][]): number =>
        rows.reduce((most, row, at) => {
          const logits = result?.logits.read(at) as Float32Array;
          return row.reduce(
            (worst, value, token) => Math.max(worst, Math.abs(value - (logits[token] as number))),
            most,
          );
        }, 0);
      // The engine multiplies F16 matrices by activations rounded to float16: about 2^-11 of each logit,
      // whose standard deviation is about 1.5 here. Without the permutation the logits are others entirely.
      expect(difference(expected)).toBeLessThan(0.03);
      expect(difference(unpermuted)).toBeGreaterThan(1);
    } finally {
      await model.close();
    }
  });

  it.each(['Q8_0', 'Q4_0'] as const)('nearly, in %s', async (format) => {
    const shape = { ...grouped, width: 128 };
    const weights = float16Weights(shape);
    const file = await folder.convert(await folder.write({ shape, weights }), { format });
    const tokens = [1, 2, 3, 4, 5, 6];
    const expected = referenceLogits(shape, weights, tokens).at(-1) as number[];
    const model = await llamacppBackend.loadModel(file, { threads: 1, maximumSequences: 1 });
    try {
      const [result] = await model.forward([{ sequence: model.createSequence(), tokens, rows: 'last' }]);
      expect(correlation(expected, result?.logits.read(0) as Float32Array)).toBeGreaterThan(
        format === 'Q8_0' ? 0.999 : 0.95,
      );
    } finally {
      await model.close();
    }
  });
});

function correlation(left: ArrayLike<number>, right: ArrayLike<number>): number {
  const mean = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const [leftMean, rightMean] = [mean(left), mean(right)];
  let [both, ofLeft, ofRight] = [0, 0, 0];
  for (let at = 0; at < left.length; at++) {
    const [one, other] = [(left[at] as number) - leftMean, (right[at] as number) - rightMean];
    both += one * other;
    ofLeft += one * one;
    ofRight += other * other;
  }
  return both / Math.sqrt(ofLeft * ofRight);
}

it('tied models may carry their output matrix and rotary frequencies: both follow from the rest', async () => {
  const weights = llamaWeights({ ...smallestShape, tiedEmbeddings: false }, 1);
  weights.set('model.layers.0.self_attn.rotary_emb.inv_freq', { shape: [8], values: new Float32Array(8) });
  const file = await folder.convert(await folder.write({ weights }));
  const read = await readGguf(file);
  expect([...read.tensors.keys()]).not.toContain('output.weight');
  validateForLlama(read);
});

it('reports progress and stops when it is cancelled', async () => {
  const source = await folder.write({});
  const seen: string[] = [];
  await folder.convert(source, {
    onProgress: (done, total, tensor) => seen.push(`${done}/${total} ${tensor}`),
  });
  expect(seen).toHaveLength(11);
  expect(seen[0]).toBe('1/11 token_embd.weight');
  const controller = new AbortController();
  const stop = (done: number): void => {
    if (done === 3) controller.abort();
  };
  const before = await readFile(`${source}.gguf`);
  await expect(folder.convert(source, { onProgress: stop, signal: controller.signal })).rejects.toMatchObject(
    {
      name: 'AbortError',
    },
  );
  expect(await readFile(`${source}.gguf`)).toEqual(before);
});
