import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CacheWriteError, InvalidArgumentError } from '@foretoken/core';
import {
  type CachedQuantizeOptions,
  cachedQuantizedModel,
  llamacppBackend,
  type QuantizationFormat,
} from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { smallestShape } from '../support/llama-weights.js';
import { writeLlamaGguf } from '../support/write-llama-gguf.js';

let folder: string;
const cacheFolder = (): string => path.join(folder, 'cache');
const cached = (source: string, options: Partial<CachedQuantizeOptions> = {}): Promise<string> =>
  cachedQuantizedModel(source, { format: 'Q4_0', threads: 1, cacheFolder: cacheFolder(), ...options });

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-requantised-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a model in another weight format', () => {
  it('is made once for each format and source, for two at once too', async () => {
    const [first, same] = await Promise.all([cached(tinyModels.draft), cached(tinyModels.draft)]);
    expect(path.basename(first)).toMatch(/^draft-Q4_0-[0-9a-f]{24}\.gguf$/);
    expect(same).toBe(first);
    const written = (await stat(first)).mtimeMs;
    expect(await cached(tinyModels.draft)).toBe(first);
    expect((await stat(first)).mtimeMs).toBe(written);
    const other = await cached(tinyModels.draft, { format: 'Q5_0' });
    expect(other).not.toBe(first);
    expect((await stat(other)).size).toBeGreaterThan((await stat(first)).size);
    const names = await readdir(path.dirname(first));
    expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('is the source itself where that has the format', async () => {
    expect(await cached(tinyModels.draft, { format: 'Q8_0' })).toBe(tinyModels.draft);
    await expect(readdir(cacheFolder())).rejects.toThrow('ENOENT');
  });

  it('is written anew where it is truncated, changed by a byte, or lacks its record', async () => {
    const target = await cached(tinyModels.draft);
    const whole = await readFile(target);
    const flipped = Buffer.from(whole);
    flipped[whole.length - 100] = (flipped[whole.length - 100] as number) ^ 1;
    for (const damage of [
      () => truncate(target, 1000),
      () => writeFile(target, flipped),
      () => rm(`${target}.json`),
    ]) {
      await damage();
      expect(await cached(tinyModels.draft)).toBe(target);
      expect((await readFile(target)).equals(whole)).toBe(true);
    }
  });

  it('is loaded like any other, with fewer layers too', async () => {
    const options = { threads: 1, maximumSequences: 1, cacheFolder: cacheFolder() };
    const sizes: number[] = [];
    for (const more of [
      { weightFormat: 'F16' },
      { weightFormat: 'Q4_0' },
      { weightFormat: 'Q4_0', layers: [0] },
    ] as const) {
      const model = await llamacppBackend.loadModel(tinyModels.draft, { ...options, ...more });
      expect(model.capabilities.weightFormat).toBe(more.weightFormat);
      const sequence = model.createSequence();
      const [result] = await model.forward([{ sequence, tokens: [1, 2, 3], rows: 'last' }]);
      expect(result?.logits.read(0).every(Number.isFinite)).toBe(true);
      sizes.push(model.memory().weights);
      await model.close();
    }
    expect(sizes).toEqual(sizes.toSorted((left, right) => right - left));
    expect(new Set(sizes).size).toBe(3);
  });
});

describe('what cannot be', () => {
  it('is named before anything is written', async () => {
    const format = 'Q9_9' as QuantizationFormat;
    await expect(cached(tinyModels.draft, { format })).rejects.toThrow(InvalidArgumentError);
    const load = { weightFormat: format, cacheFolder: cacheFolder() };
    await expect(llamacppBackend.loadModel(tinyModels.draft, load)).rejects.toThrow(/Q4_0.*not Q9_9/);
    await expect(cached(path.join(folder, 'missing.gguf'))).rejects.toThrow(/there is no such file/);
    await expect(cached(tinyModels.draft, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    await expect(readdir(cacheFolder())).rejects.toThrow('ENOENT');
  });

  it('leaves no part of a file', async () => {
    const source = path.join(folder, 'mutant.gguf');
    await writeLlamaGguf(source, { shape: smallestShape, seed: 1 });
    const whole = await readFile(source);
    await writeFile(source, whole.subarray(0, whole.length - 1000));
    await expect(cached(source)).rejects.toThrow(/mutant\.gguf/);
    await writeFile(path.join(folder, 'taken'), '');
    const refused = cached(tinyModels.draft, { cacheFolder: path.join(folder, 'taken') });
    await expect(refused).rejects.toThrow(CacheWriteError);
    await expect(refused).rejects.toThrow(/taken.*ENOTDIR.*FORETOKEN_CACHE/);
    const names = await readdir(folder, { recursive: true });
    expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
