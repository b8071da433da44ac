import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readGguf, type TypedValue, writeGguf } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ggufMetadata, ggufTensors, toWrite } from '../support/gguf-arbitraries.js';
import { readGgufWithLibrary } from '../support/read-gguf-with-library.js';

const seed = 20261124;
const typeNumbers: Readonly<Record<string, number>> = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  string: 8,
  uint64: 10,
  int64: 11,
  float64: 12,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-gguf-library-'));
});
afterAll(() => rm(folder, { recursive: true }));

test("ggml's own reader finds in a written file what was meant, value by value and byte by byte", async () => {
  const file = path.join(folder, 'written.gguf');
  await fc.assert(
    fc.asyncProperty(ggufMetadata, ggufTensors, async (metadata, tensors) => {
      await writeGguf(file, metadata, tensors.map(toWrite));
      const theirs = readGgufWithLibrary(file);
      const ours = await readGguf(file);
      expect(theirs?.version).toBe(3);
      expect(theirs?.alignment).toBe(ours.alignment);
      expect([...(theirs?.metadata ?? [])]).toEqual(
        [...metadata].map(([key, value]) => [key, expected(value)]),
      );
      expect([...(theirs?.tensors ?? [])]).toEqual(
        [...ours.tensors.values()].map(({ name, type, offset, byteLength }) => [
          name,
          { type: type.id, offset, byteLength },
        ]),
      );
    }),
    { seed, numRuns: 60 },
  );
});

test('both readers see the same in the embedded models', async () => {
  for (const file of Object.values(tinyModels)) {
    const [ours, theirs] = [await readGguf(file), readGgufWithLibrary(file)];
    expect([...(theirs?.metadata ?? [])].map(([key, [, value]]) => [key, value])).toEqual([...ours.metadata]);
    expect([...(theirs?.tensors.keys() ?? [])]).toEqual([...ours.tensors.keys()]);
  }
});

/** Type and value as C has them: a text ends at its first zero byte. */
function expected({ type, value }: TypedValue): [number, unknown] {
  const number = typeNumbers[type.replace('[]', '')] as number;
  const inC = (one: unknown): unknown => (typeof one === 'string' ? one.split('\0')[0] : one);
  return [number, Array.isArray(value) ? value.map(inC) : inC(value)];
}
