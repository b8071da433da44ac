import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  CacheWriteError,
  InvalidArgumentError,
  InvalidModelFileError,
  UnsupportedError,
} from '@foretoken/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallestShape } from '../../../../test/support/llama-weights.js';
import { writeLlamaGguf } from '../../../../test/support/write-llama-gguf.js';
import { readGguf } from '../gguf/read-gguf.js';
import { readTensorBytes } from '../gguf/read-tensor.js';
import type { TypedValue } from '../gguf/value-types.js';
import { writeGguf } from '../gguf/write-gguf.js';
import type { LayerSelection } from './layer-selection.js';
import { pruneLayers } from './prune-layers.js';

const seed = 20261128;
const layerCount = 5;
const all = Array.from({ length: layerCount }, (_, layer) => layer);
const layerLists = fc.subarray(all, { minLength: 1 });

let folder: string;
let source: string;
const inFolder = (name: string): string => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-prune-'));
  source = inFolder('source.gguf');
  await writeLlamaGguf(source, { shape: { ...smallestShape, layers: layerCount }, format: 'Q4_0' });
});
afterAll(() => rm(folder, { recursive: true }));

async function pruned(from: string, name: string, selection: LayerSelection): Promise<string> {
  await pruneLayers(from, inFolder(name), selection);
  return inFolder(name);
}

describe('a pruned model', () => {
  it('has every byte of the tensors that stay, no others, and the metadata with their types', async () => {
    await fc.assert(
      fc.asyncProperty(layerLists, async (layers) => {
        const [before, after] = [
          await readGguf(source),
          await readGguf(await pruned(source, 'few.gguf', { layers })),
        ];
        const expectedNames: string[] = [];
        for (const name of before.tensors.keys()) {
          const [, layer, part] = /^blk\.(\d+)\.(.+)$/.exec(name) ?? [];
          const index = layers.indexOf(Number(layer));
          if (layer !== undefined && index < 0) continue;
          const renamed = layer === undefined ? name : `blk.${index}.${part}`;
          expectedNames.push(renamed);
          expect(after.tensors.get(renamed)).toMatchObject({ type: before.tensors.get(name)?.type });
          expect(await readTensorBytes(after, renamed)).toEqual(await readTensorBytes(before, name));
        }
        expect([...after.tensors.keys()]).toEqual(expectedNames);
        expect([...after.metadataTypes]).toEqual([...before.metadataTypes]);
        expect([...after.metadata]).toEqual([
          ...new Map(before.metadata).set('llama.block_count', layers.length),
        ]);
      }),
      { seed, numRuns: 10 },
    );
  });

  it('is the same pruned at once or in two steps, by layers that stay or that go; with all of them, the source', async () => {
    const bytes = (file: string): Promise<Buffer> => readFile(file);
    await fc.assert(
      fc.asyncProperty(
        layerLists.chain((first) =>
          fc.tuple(fc.constant(first), fc.subarray([...first.keys()], { minLength: 1 })),
        ),
        async ([first, second]) => {
          const layers = second.map((index) => first[index] as number);
          const atOnce = await bytes(await pruned(source, 'once.gguf', { layers }));
          const between = await pruned(source, 'between.gguf', { layers: first });
          expect((await bytes(await pruned(between, 'twice.gguf', { layers: second }))).equals(atOnce)).toBe(
            true,
          );
          const skipLayers = all.filter((layer) => !layers.includes(layer));
          expect((await bytes(await pruned(source, 'skipped.gguf', { skipLayers }))).equals(atOnce)).toBe(
            true,
          );
        },
      ),
      { seed, numRuns: 12 },
    );
    const whole = await bytes(await pruned(source, 'whole.gguf', { layers: all }));
    expect(whole.equals(await bytes(source))).toBe(true);
  });
});

describe('what cannot be pruned is named, and nothing is written', () => {
  it.each<[selection: LayerSelection, message: RegExp]>([
    [{ layers: [] }, /No layer of .*source\.gguf is left: keep at least one of its 5/],
    [{ skipLayers: all }, /No layer of .*is left/],
    [{ layers: [0, 5] }, /layers cannot have 5 .*source\.gguf has 5 layers; give numbers from 0 to 4/],
    [{ layers: [-1] }, /layers cannot have -1/],
    [{ layers: [0, 0] }, /layers cannot have 0 where it stands.*ascending, each once/],
    [{ layers: [2, 1] }, /layers cannot have 1/],
    [{ layers: [0, 1.5] }, /layers cannot have 1\.5/],
    [{ layers: [Number.NaN] }, /layers cannot have NaN/],
    [{ skipLayers: [3, 3] }, /skipLayers cannot have 3/],
    [{ skipLayers: [9] }, /skipLayers cannot have 9/],
    [{ layers: [0], skipLayers: [1] }, /layers or skipLayers, not both/],
  ])('%j', async (selection, message) => {
    const error: unknown = await pruneLayers(source, inFolder('never.gguf'), selection).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect((error as Error).message).toMatch(message);
    await expect(readFile(inFolder('never.gguf'))).rejects.toThrow('ENOENT');
  });

  /** The source with other metadata. */
  async function rewritten(
    name: string,
    edit: (key: string, value: TypedValue) => [string, TypedValue],
    extra: readonly [string, TypedValue][] = [],
  ): Promise<string> {
    const file = await readGguf(source);
    const metadata = [...file.metadata].map(([key, value]) =>
      edit(key, { type: file.metadataTypes.get(key), value } as TypedValue),
    );
    const tensors = [...file.tensors.values()].map((tensor) => ({
      ...tensor,
      data: () => readTensorBytes(file, tensor.name),
    }));
    await writeGguf(inFolder(name), new Map([...metadata, ...extra]), tensors);
    return inFolder(name);
  }

  it('an architecture whose layers know their numbers', async () => {
    const other = await rewritten('gemma2.gguf', (key, value) => [
      key.replace(/^llama\./, 'gemma2.'),
      key === 'general.architecture' ? { type: 'string', value: 'gemma2' } : value,
    ]);
    const pruning = pruneLayers(other, inFolder('never.gguf'), { layers: [0] });
    await expect(pruning).rejects.toThrow(UnsupportedError);
    await expect(pruning).rejects.toThrow(
      /architecture is gemma2; layers can be left out of llama and qwen2/,
    );
  });

  it('metadata with an entry for every layer', async () => {
    const pattern: TypedValue = { type: 'bool[]', value: all.map((layer) => layer % 2 === 0) };
    const other = await rewritten('pattern.gguf', (key, value) => [key, value], [
      ['llama.attention.sliding_window_pattern', pattern],
    ]);
    const pruning = pruneLayers(other, inFolder('never.gguf'), { layers: [0] });
    await expect(pruning).rejects.toThrow(UnsupportedError);
    await expect(pruning).rejects.toThrow(/sliding_window_pattern may say something of every layer/);
  });

  it('files that are no models, the source as its own output, a folder that is not there', async () => {
    await expect(pruneLayers(inFolder('missing.gguf'), inFolder('x.gguf'), { layers: [0] })).rejects.toThrow(
      InvalidModelFileError,
    );
    await expect(pruneLayers(source, source, { layers: [0] })).rejects.toThrow(/is the source itself/);
    const output = path.join(folder, 'nowhere', 'x.gguf');
    await expect(pruneLayers(source, output, { layers: [0] })).rejects.toThrow(CacheWriteError);
  });
});
