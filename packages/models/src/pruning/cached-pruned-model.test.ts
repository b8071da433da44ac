import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CacheWriteError, InvalidArgumentError } from '@foretoken/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { smallestShape } from '../../../../test/support/llama-weights.js';
import { writeLlamaGguf } from '../../../../test/support/write-llama-gguf.js';
import { readGguf } from '../gguf/read-gguf.js';
import { cachedPrunedModel, type CachedPruneOptions } from './cached-pruned-model.js';

let folder: string;
let source: string;
const cacheFolder = (): string => path.join(folder, 'cache');
const cached = (options: CachedPruneOptions): Promise<string> =>
  cachedPrunedModel(source, { cacheFolder: cacheFolder(), ...options });
const writeSource = (seed: number): Promise<void> =>
  writeLlamaGguf(source, { shape: { ...smallestShape, layers: 3 }, seed });

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-pruned-'));
  source = path.join(folder, 'source.gguf');
  await writeSource(1);
});
afterEach(() => rm(folder, { recursive: true }));

it('has a file for each choice of layers and each source, found again and made for two at once', async () => {
  const [first, same] = await Promise.all([cached({ layers: [0, 1] }), cached({ skipLayers: [2] })]);
  expect(path.basename(first)).toMatch(/^source-2-layers-[0-9a-f]{24}\.gguf$/);
  expect(same).toBe(first);
  expect((await readGguf(first)).metadata.get('llama.block_count')).toBe(2);
  const written = (await stat(first)).mtimeMs;
  expect(await cached({ layers: [0, 1] })).toBe(first);
  expect((await stat(first)).mtimeMs).toBe(written);
  const paths = new Set([first, await cached({ layers: [0, 2] }), await cached({ layers: [0] })]);
  await writeSource(2);
  paths.add(await cached({ layers: [0, 1] }));
  expect(paths.size).toBe(4);
  const names = await readdir(path.dirname(first));
  expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
});

it('with all layers is the source itself', async () => {
  expect(await cached({ layers: [0, 1, 2] })).toBe(source);
  expect(await cached({ skipLayers: [] })).toBe(source);
});

it('is written anew where it is truncated, changed by a byte, or lacks its record', async () => {
  const target = await cached({ layers: [1] });
  const whole = await readFile(target);
  const flipped = Buffer.from(whole);
  flipped[whole.length - 100] = (flipped[whole.length - 100] as number) ^ 1;
  for (const damage of [
    () => truncate(target, 1000),
    () => writeFile(target, flipped),
    () => rm(target),
    () => rm(`${target}.json`),
    () => writeFile(`${target}.json`, 'null'),
  ]) {
    await damage();
    expect(await cached({ layers: [1] })).toBe(target);
    expect((await readFile(target)).equals(whole)).toBe(true);
  }
});

it('names a cache that cannot be written, and layers that are not there before it touches it', async () => {
  await writeFile(cacheFolder(), '');
  const refused = cached({ layers: [0] });
  await expect(refused).rejects.toThrow(CacheWriteError);
  await expect(refused).rejects.toThrow(/cache.*ENOTDIR.*cacheFolder.*FORETOKEN_CACHE/);
  await expect(cached({ layers: [3] })).rejects.toThrow(InvalidArgumentError);
});

it('leaves nothing behind when it is cancelled', async () => {
  await expect(cached({ layers: [0], signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  const names = await readdir(path.join(cacheFolder(), 'gguf')).catch((): string[] => []);
  expect(names.filter((name) => name.includes('layers'))).toEqual([]);
});
