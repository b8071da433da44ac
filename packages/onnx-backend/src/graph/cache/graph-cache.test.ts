import { mkdir, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CacheWriteError } from '@foretoken/core';
import type { LayerSelection } from '@foretoken/models';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeRandomGguf } from '../../../testing/random-gguf.js';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { openDecoderWeights } from '../weights/decoder-source.js';
import { cachedGraph } from './graph-cache.js';

const inFolder = temporaryFolder();
const source = (): string => inFolder('model.gguf');
const cacheFolder = (): string => inFolder('cache');
const cached = async ({
  layers,
  ...options
}: Parameters<typeof cachedGraph>[1] & LayerSelection = {}): ReturnType<typeof cachedGraph> =>
  cachedGraph(await openDecoderWeights(source(), { layers }), { cacheFolder: cacheFolder(), ...options });

beforeEach(async () => {
  await rm(cacheFolder(), { recursive: true, force: true });
  await writeRandomGguf(source(), { architecture: 'llama', format: 'Q8_0' });
});

describe('the cache of graphs', () => {
  it('generates once, and finds the same file again', async () => {
    const first = await cached();
    expect(first.generated).toBe(true);
    expect(path.basename(first.path)).toMatch(/^model-int8-[0-9a-f]{24}\.onnx$/);
    const second = await cached();
    expect(second).toEqual({ ...first, generated: false });
    const names = await readdir(path.dirname(first.path));
    expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('has a file for each set of options, and keeps them side by side', async () => {
    const paths = new Set<string>();
    for (const options of [
      {},
      { weightFormat: 'int4' },
      { trees: false },
      { contextLength: 64 },
      { layers: [0] },
      { layers: [1] },
    ] as const) {
      const graph = await cached(options);
      expect(graph.generated).toBe(true);
      paths.add(graph.path);
    }
    expect(paths.size).toBe(6);
    expect((await cached()).generated).toBe(false);
  });

  it('notices a changed source, and one that only looks changed', async () => {
    const first = await cached();
    await writeRandomGguf(source(), { architecture: 'llama', format: 'Q8_0', biases: true });
    const changed = await cached();
    expect(changed.generated).toBe(true);
    expect(changed.path).not.toBe(first.path);
    await writeRandomGguf(source(), { architecture: 'llama', format: 'Q8_0' });
    expect(await cached()).toEqual({ ...first, generated: false });
    await utimes(source(), 0, 0);
    expect(await cached()).toEqual({ ...first, generated: false });
  });

  it('generates anew what is truncated, changed by a byte, or lacks its record', async () => {
    // Wide enough for tensors that go to the data file.
    await writeRandomGguf(source(), { architecture: 'llama', format: 'Q8_0', width: 512 });
    const first = await cached({ externalAbove: 1000 });
    const whole = await readFile(first.path);
    const data = await readFile(`${first.path}.data`);
    const flipped = Buffer.from(data);
    flipped[70_000] = (flipped[70_000] as number) ^ 1;
    const damages: readonly (() => Promise<void>)[] = [
      () => truncate(first.path, 100),
      () => truncate(`${first.path}.data`, 1000),
      () => writeFile(`${first.path}.data`, flipped),
      () => rm(`${first.path}.data`),
      () => rm(first.path),
      () => rm(`${first.path}.json`),
      () => writeFile(`${first.path}.json`, '{'),
      () => writeFile(`${first.path}.json`, '{"files":[]}'),
      () => writeFile(`${first.path}.json`, 'null'),
    ];
    for (const damage of damages) {
      await damage();
      expect(await cached({ externalAbove: 1000 })).toEqual(first);
      expect((await readFile(first.path)).equals(whole)).toBe(true);
      expect((await readFile(`${first.path}.data`)).equals(data)).toBe(true);
      expect((await cached({ externalAbove: 1000 })).generated).toBe(false);
    }
  });

  it('serves two at once', async () => {
    const [left, right] = await Promise.all([cached(), cached()]);
    expect(left.path).toBe(right.path);
    expect((await cached()).generated).toBe(false);
  });

  it('says which folder cannot be written, and which option says another', async () => {
    await writeFile(inFolder('file'), '');
    const refused = cached({ cacheFolder: inFolder('file') });
    await expect(refused).rejects.toThrow(CacheWriteError);
    await expect(refused).rejects.toThrow(/file.*ENOTDIR.*cacheFolder.*FORETOKEN_CACHE/);
  });

  it('says so where a file of it cannot take its place, and leaves nothing half', async () => {
    const { path: target } = await cached();
    await rm(target);
    // A folder of that name cannot be replaced, as a disk without room cannot be written.
    await mkdir(path.join(target, 'inside'), { recursive: true });
    await expect(cached()).rejects.toThrow(CacheWriteError);
    const names = await readdir(path.dirname(target));
    expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('remembers nothing of a generation that was aborted', async () => {
    const controller = new AbortController();
    const aborted = cached({ signal: controller.signal, onProgress: () => controller.abort() });
    await expect(aborted).rejects.toThrow(/abort/i);
    expect((await cached()).generated).toBe(true);
  });
});
