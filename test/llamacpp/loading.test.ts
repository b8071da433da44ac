import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ClosedError, InvalidArgumentError, InvalidModelFileError } from '@foretoken/core';
import { kvTypes, llamacppBackend, type LlamacppOptions } from '@foretoken/llamacpp-backend';
import { readGguf } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallestShape } from '../support/llama-weights.js';
import { writeLlamaGguf } from '../support/write-llama-gguf.js';

let folder: string;
let small: string;
let boundless: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-loading-'));
  small = path.join(folder, 'small.gguf');
  await writeLlamaGguf(small);
  boundless = path.join(folder, 'boundless.gguf');
  await writeLlamaGguf(boundless, { shape: { ...smallestShape, contextLength: 2 ** 31 - 1 } });
});
afterAll(() => rm(folder, { recursive: true }));

describe('options that cannot work are named before the engine sees them', () => {
  it.each<[options: LlamacppOptions, message: RegExp]>([
    [{ threads: 0 }, /threads must be a whole number from 1 to \d+, not 0/],
    [{ threads: 1.5 }, /threads.*not 1\.5/],
    [{ threads: 100_000 }, /threads/],
    [{ maximumSequences: 0 }, /maximumSequences must be a whole number from 1 to 240/],
    [{ maximumSequences: 241 }, /maximumSequences/],
    [{ contextLength: 0 }, /contextLength must be a whole number from 1 to 128/],
    [{ contextLength: 129 }, /contextLength.*not 129/],
    [{ contextLength: Number.NaN }, /contextLength.*not NaN/],
    [{ gpuLayers: -1 }, /gpuLayers must be/],
    [{ kvType: 'q3' as 'q8_0' }, /kvType must be one of f32, f16, bf16, q8_0, q4_0, not q3/],
    [{ kvType: 'toString' as 'q8_0' }, /kvType must be one of/],
  ])('%o', async (options, message) => {
    const error: unknown = await llamacppBackend.loadModel(small, options).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect((error as Error).message).toMatch(message);
  });

  // Was wrong: the engine refused after it had loaded the weights, and a smaller context was advised.
  it('a cache whose blocks do not divide the heads', async () => {
    const loading = llamacppBackend.loadModel(small, { kvType: 'q8_0', threads: 1 });
    await expect(loading).rejects.toThrow(InvalidArgumentError);
    await expect(loading).rejects.toThrow(
      /q8_0 has blocks of 32 elements, and the keys of a head .* have 16/,
    );
  });

  it('a context that no memory could hold', async () => {
    await expect(llamacppBackend.loadModel(boundless, { contextLength: 2 ** 31 - 1 })).rejects.toThrow(
      /4 x 2147483647 tokens of context are more than this machine's memory/,
    );
  });

  it('allocates a long context only on request', async () => {
    const model = await llamacppBackend.loadModel(boundless, { threads: 1 });
    expect(model.contextLength).toBe(4096);
    await model.close();
  });

  // Where a GPU library and its driver are installed, the layers go there instead.
  it('layers for a GPU that is not there', async () => {
    const loading = llamacppBackend.loadModel(small, { gpuLayers: Number.POSITIVE_INFINITY, threads: 1 });
    const outcome = await loading.then(
      (model) => model.close().then(() => model.capabilities.device),
      (error: unknown) => error,
    );
    if (typeof outcome === 'string') expect(outcome).not.toBe('cpu');
    else expect((outcome as Error).message).toMatch(/finds no GPU: install @node-llama-cpp\/.*cuda/);
  });
});

describe('files that are no models', () => {
  it.each([
    ['a missing file', () => path.join(folder, 'missing.gguf'), /missing\.gguf: there is no such file/],
    ['a folder', () => folder, /is not a file/],
    ['a file of another kind', () => import.meta.filename, /not a GGUF file/],
  ])('%s', async (_, file, message) => {
    const error: unknown = await llamacppBackend.loadModel(file()).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InvalidModelFileError);
    expect((error as Error).message).toMatch(message);
  });
});

describe('loading', () => {
  it('reports its beginning and its end', async () => {
    const progress: number[] = [];
    const model = await llamacppBackend.loadModel(small, {
      threads: 1,
      onProgress: (done) => progress.push(done),
    });
    await model.close();
    expect(progress).toEqual([0, 1]);
  });

  it('can be cancelled before and while it goes on', async () => {
    const aborted = AbortSignal.abort();
    await expect(llamacppBackend.loadModel(small, { signal: aborted })).rejects.toMatchObject({
      name: 'AbortError',
    });
    const controller = new AbortController();
    const loading = llamacppBackend.loadModel(small, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('works for many models at once, each with a sequence of its own', async () => {
    const models = await Promise.all(
      Array.from({ length: 6 }, () => llamacppBackend.loadModel(small, { threads: 1 })),
    );
    const rows = await Promise.all(
      models.map(async (model) => {
        const [result] = await model.forward([
          { sequence: model.createSequence(), tokens: [1, 2, 3], rows: 'last' },
        ]);
        return result?.logits.read(0).slice();
      }),
    );
    for (const row of rows) expect(row).toEqual(rows[0]);
    await Promise.all(models.map((model) => model.close()));
    for (const model of models) expect(() => model.createSequence()).toThrow(ClosedError);
  });

  it('works with the shortest context and the most sequences', async () => {
    const model = await llamacppBackend.loadModel(small, {
      threads: 1,
      contextLength: 1,
      maximumSequences: 240,
    });
    const sequences = Array.from({ length: 240 }, () => model.createSequence());
    expect(() => model.createSequence()).toThrow(/All 240 sequences/);
    const results = await model.forward(
      sequences.map((sequence, at) => ({ sequence, tokens: [at], rows: 'last' })),
    );
    expect(results).toHaveLength(240);
    const alone = sequences[17] as (typeof sequences)[number];
    alone.doRollback(0);
    const row = results[17]?.logits.read(0).slice() as Float32Array;
    const [again] = await model.forward([{ sequence: alone, tokens: [17], rows: 'last' }]);
    const [left, right] = [row, again?.logits.read(0) as Float32Array];
    expect(Math.max(...left.map((value, at) => Math.abs(value - (right[at] as number))))).toBeLessThan(0.02);
    await model.close();
  });
});

describe('what a loaded model says about itself', () => {
  it('memory: the weights of the file, and a cache of what every layer keeps', async () => {
    for (const [name, layers] of [
      ['draft', 2],
      ['target', 8],
    ] as const) {
      const model = await llamacppBackend.loadModel(tinyModels[name], {
        threads: 1,
        contextLength: 512,
        maximumSequences: 2,
      });
      const { weights, cache, buffers } = model.memory();
      await model.close();
      const { tensors } = await readGguf(tinyModels[name]);
      const stored = [...tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
      // The embedding matrix is the output matrix too.
      expect(weights).toBeGreaterThanOrEqual(stored);
      expect(weights).toBeLessThan(1.4 * stored);
      const keyValueHeads = name === 'draft' ? 2 : 4;
      const perToken = 2 * layers * keyValueHeads * 64 * 2;
      // Within what the engine notes down about each token.
      expect(cache / (perToken * (2 * 512 + 64))).toBeGreaterThan(0.99);
      expect(cache / (perToken * (2 * 512 + 64))).toBeLessThan(1.03);
      expect(buffers).toBeGreaterThanOrEqual(64 * 8192 * 4);
    }
  });

  it('a cache in fewer bits is smaller, and still computes', async () => {
    const sizes = new Map<string, number>();
    for (const kvType of Object.keys(kvTypes) as (keyof typeof kvTypes)[]) {
      const model = await llamacppBackend.loadModel(tinyModels.draft, { threads: 1, kvType });
      const [result] = await model.forward([
        { sequence: model.createSequence(), tokens: [1, 2, 3], rows: 'last' },
      ]);
      expect(result?.logits.read(0).every(Number.isFinite)).toBe(true);
      sizes.set(kvType, model.memory().cache);
      await model.close();
    }
    const of = (kvType: string): number => sizes.get(kvType) as number;
    expect(of('f32') / of('f16')).toBeCloseTo(2, 1);
    expect(of('bf16') / of('f16')).toBeCloseTo(1, 1);
    expect(of('q8_0') / of('f16')).toBeCloseTo(34 / 64, 1);
    expect(of('q4_0') / of('f16')).toBeCloseTo(18 / 64, 1);
  });

  it('formats, device and engine', async () => {
    const embedded = await llamacppBackend.loadModel(tinyModels.target, { threads: 1 });
    expect(embedded.capabilities).toMatchObject({
      weightFormat: 'Q8_0',
      device: 'cpu',
      rollback: true,
      hiddenStateWidth: 512,
      maximumLeaves: 16,
      maximumSequences: 4,
      maximumPassTokens: 64,
    });
    expect(embedded.capabilities.engine).toMatch(/^llama\.cpp 0\.5\.0.*\(@node-llama-cpp\//);
    expect(embedded.name).toBe('target.gguf');
    await embedded.close();
    const plain = await llamacppBackend.loadModel(small, { threads: 1 });
    expect(plain.capabilities.weightFormat).toBe('all F32');
    await plain.close();
  });
});
