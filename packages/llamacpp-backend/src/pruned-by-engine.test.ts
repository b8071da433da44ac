import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pruneLayers, readGguf, readTensorBytes } from '@foretoken/models';
import { expect, it } from 'vitest';
import { smallestShape } from '../../../test/support/llama-weights.js';
import { writeLlamaGguf } from '../../../test/support/write-llama-gguf.js';
import { nativeLibrary } from './native-library.js';

it("llama.cpp's own pruning keeps the same tensors under the same names, byte for byte", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-pruned-by-engine-'));
  try {
    const [ours, theirs] = [path.join(folder, 'ours.gguf'), path.join(folder, 'theirs.gguf')];
    const source = path.join(folder, 'source.gguf');
    await writeLlamaGguf(source, { shape: { ...smallestShape, layers: 8 }, format: 'Q4_0' });
    await pruneLayers(source, ours, { skipLayers: [2, 5, 6] });
    const native = nativeLibrary();
    // The engine reads numbers up to a -1.
    const skipped = Int32Array.of(2, 5, 6, -1);
    const parameters = {
      ...native.quantizeDefaultParameters(),
      nthread: 1,
      only_copy: true,
      prune_layers: skipped,
    };
    const status = await new Promise<number>((resolve, reject) => {
      native.quantize.async(source, theirs, parameters, (error, result) =>
        error === null ? resolve(result) : reject(error as Error),
      );
    });
    expect(status).toBe(0);
    // Alive until here, and not written to.
    expect([...skipped]).toEqual([2, 5, 6, -1]);
    const [file, expected] = [await readGguf(ours), await readGguf(theirs)];
    expect([...file.tensors.keys()].toSorted()).toEqual([...expected.tensors.keys()].toSorted());
    for (const { name, type, shape } of expected.tensors.values()) {
      expect(file.tensors.get(name)).toMatchObject({ type, shape });
      expect(Buffer.compare(await readTensorBytes(file, name), await readTensorBytes(expected, name))).toBe(
        0,
      );
    }
    // The engine adds its file type and the version of its formats.
    for (const [key, value] of file.metadata) expect(expected.metadata.get(key)).toEqual(value);
    expect(file.metadata.get('llama.block_count')).toBe(5);
  } finally {
    await rm(folder, { recursive: true });
  }
});
