import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  createModelDrafter,
  createPromptLookupDrafter,
  type ForwardResult,
  generateText,
  type LanguageModel,
  type Sequence,
  UnsupportedError,
} from '@foretoken/core';
import { backendConformance } from '@foretoken/core/testing';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { afterAll, describe, expect, it, test } from 'vitest';
import { SeededRandom } from '../support/seeded-random.js';
import { writeLlamaGguf } from '../support/write-llama-gguf.js';
import {
  writeHybridModel,
  writeRecurrentModel,
  writeSlidingWindowModel,
} from '../support/write-other-architectures.js';

const window = 8;
const folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-architectures-'));
afterAll(() => rm(folder, { recursive: true }));
const files = {
  dense: path.join(folder, 'dense.gguf'),
  slidingWindow: path.join(folder, 'sliding-window.gguf'),
  recurrent: path.join(folder, 'recurrent.gguf'),
  hybrid: path.join(folder, 'hybrid.gguf'),
};
await writeLlamaGguf(files.dense);
await writeSlidingWindowModel(files.slidingWindow, window);
await writeRecurrentModel(files.recurrent);
await writeHybridModel(files.hybrid);

/**
 * Log-probabilities and logits of the same tokens read in other portions, in float32 throughout: measured up to
 * 0.0015, since these random weights amplify rounding. In the embedded models' 8 bits it is a hundred times
 * more, where a subtler fault could hide.
 */
const tolerance = 0.005;

describe.each([
  { name: 'a dense model', file: files.dense },
  { name: `a sliding window of ${window}`, file: files.slidingWindow },
])('$name in float32 conforms', ({ file }) => {
  const loadModel = (options: object): Promise<LanguageModel> =>
    llamacppBackend.loadModel(file, { ...options, kvType: 'f32' });
  for (const { name, run } of backendConformance({ loadModel, tolerance })) test(name, run);
});

const tokens = Array.from({ length: 30 }, (_, index) => (index * 37) % 257);

async function withModel<Result>(
  file: string,
  use: (model: LanguageModel) => Promise<Result>,
  options: object = {},
): Promise<Result> {
  const model = await llamacppBackend.loadModel(file, { threads: 1, kvType: 'f32', ...options });
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}

async function read(sequence: Sequence, more: readonly number[]): Promise<Float32Array> {
  const [result] = await sequence.model.forward([{ sequence, tokens: more, rows: 'last' }]);
  return (result as ForwardResult).logits.read(0).slice();
}

function difference(left: Float32Array, right: Float32Array): number {
  return left.reduce((most, value, at) => Math.max(most, Math.abs(value - (right[at] as number))), 0);
}

it('a sliding window keeps what a rollback far beyond it needs', async () => {
  await withModel(files.slidingWindow, async (model) => {
    expect(model.capabilities.rollback).toBe(true);
    const [long, fresh] = [model.createSequence(), model.createSequence()];
    await read(long, tokens);
    const kept = 2;
    expect(tokens.length - kept).toBeGreaterThan(3 * window);
    long.doRollback(kept);
    const again = await read(long, [5, 6, 7]);
    const expected = await read(fresh, [...tokens.slice(0, kept), 5, 6, 7]);
    expect(difference(again, expected)).toBeLessThan(tolerance);
  });
});

describe.each([
  { name: 'recurrent', file: files.recurrent },
  { name: 'hybrid', file: files.hybrid },
])('a $name model, whose state cannot be shortened by position', ({ file }) => {
  it('says so, and decodes plainly', async () => {
    await withModel(file, async (model) => {
      expect(model.capabilities).toMatchObject({ rollback: false, maximumLeaves: 1 });
      expect(model.memory().cache).toBeGreaterThan(0);
      const { tokens: output } = await generateText({
        target: model,
        prompt: tokens,
        maximumTokens: 12,
        sampling: { temperature: 0 },
        ignoreEndTokens: true,
      });
      expect(output).toHaveLength(12);
    });
  });

  it('reads the same in portions as at once, forks, and takes several sequences in one pass', async () => {
    await withModel(file, async (model) => {
      const [whole, parts] = [model.createSequence(), model.createSequence()];
      const expected = await read(whole, tokens);
      for (const token of tokens.slice(0, 20)) await read(parts, [token]);
      const fork = parts.doFork();
      expect(difference(await read(parts, tokens.slice(20)), expected)).toBeLessThan(tolerance);
      expect(difference(await read(fork, tokens.slice(20)), expected)).toBeLessThan(tolerance);
      const other = model.createSequence();
      const results = await model.forward([
        { sequence: whole, tokens: [3], rows: 'last' },
        { sequence: other, tokens: tokens.slice(0, 5), rows: 'last' },
      ]);
      const [continued, begun] = results.map(({ logits }) => logits.read(0).slice());
      other.close();
      const fresh = model.createSequence();
      expect(difference(begun as Float32Array, await read(fresh, tokens.slice(0, 5)))).toBeLessThan(
        tolerance,
      );
      expect(difference(continued as Float32Array, await read(fork, [3]))).toBeLessThan(tolerance);
    });
  });

  it('refuses a rollback, and goes on from where it was', async () => {
    await withModel(file, async (model) => {
      const sequence = model.createSequence();
      await read(sequence, tokens);
      expect(() => sequence.doRollback(5)).toThrow(UnsupportedError);
      expect(() => sequence.doRollback(5)).toThrow(/recurrent model.*cannot speculate/);
      expect(sequence.length).toBe(tokens.length);
      sequence.doRollback(tokens.length);
      await expect(
        model.forward([{ sequence, tokens: [1, 2], parents: [-1, 0], rows: 'all' }]),
      ).rejects.toThrow(/takes no trees/);
      const fresh = model.createSequence();
      const expected = await read(fresh, [...tokens, 9]);
      expect(difference(await read(sequence, [9]), expected)).toBeLessThan(tolerance);
    });
  });

  it('is refused as the target or the draft model of speculative decoding, before anything is read', async () => {
    await withModel(file, async (model) => {
      const options = { target: model, drafter: createPromptLookupDrafter(), prompt: tokens };
      await expect(generateText(options)).rejects.toThrow(/cannot be the target of speculative decoding/);
      expect(() => createModelDrafter({ model, target: model })).toThrow(/cannot be the draft model/);
    });
  });

  it('takes a cancelled prompt back as a whole, and refuses a sequence whose state is half way', async () => {
    const random = new SeededRandom(1);
    await withModel(file, async (model) => {
      const [fresh, begun] = [model.createSequence(), model.createSequence()];
      // More rows than one native call takes: the pass can be cancelled between its calls.
      const prompt = Array.from({ length: 100 }, () => random.whole(0, 256));
      await read(begun, [1]);
      for (const sequence of [fresh, begun]) {
        const controller = new AbortController();
        await expect(
          model.forward([{ sequence, tokens: prompt, rows: 'all' }], {
            signal: controller.signal,
            onProgress: () => controller.abort(),
          }),
        ).rejects.toMatchObject({ name: 'AbortError' });
      }
      const other = model.createSequence();
      expect(fresh.length).toBe(0);
      expect(difference(await read(fresh, tokens), await read(other, tokens))).toBeLessThan(tolerance);
      expect(begun.length).toBe(1);
      await expect(read(begun, [2])).rejects.toThrow(/state cannot be taken back.*Close the sequence/);
    });
  });
});
