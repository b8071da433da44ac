import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pruneLayers, readGguf, readTensorBytes } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { expect, it } from 'vitest';
import { nativeLibrary } from './native-library.js';

it("llama.cpp's own pruning keeps the same tensors under the same names, byte for byte", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-pruned-by-engine-'));
  try {
    const [ours, theirs] = [path.join(folder, 'ours.gguf'), path.join(folder, 'theirs.gguf')];
    await pruneLayers(tinyModels.target, ours, { skipLayers: [2, 5, 6] });
    const native = nativeLibrary();
    const parameters = {
      ...native.quantizeDefaultParameters(),
      nthread: 1,
      only_copy: true,
      // The engine reads numbers up to a -1.
      prune_layers: Int32Array.of(2, 5, 6, -1),
    };
    const status = await new Promise<number>((resolve, reject) => {
      native.quantize.async(path.resolve(tinyModels.target), theirs, parameters, (error, result) =>
        error === null ? resolve(result) : reject(error as Error),
      );
    });
    expect(status).toBe(0);
    const [file, expected] = [await readGguf(ours), await readGguf(theirs)];
    expect([...file.tensors.keys()].toSorted()).toEqual([...expected.tensors.keys()].toSorted());
    for (const { name, type, shape } of expected.tensors.values()) {
      expect(file.tensors.get(name)).toMatchObject({ type, shape });
      expect(Buffer.compare(await readTensorBytes(file, name), await readTensorBytes(expected, name))).toBe(0);
    }
    expect(new Map(file.metadata)).toEqual(new Map(expected.metadata));
    expect(file.metadata.get('llama.block_count')).toBe(5);
  } finally {
    await rm(folder, { recursive: true });
  }
});
