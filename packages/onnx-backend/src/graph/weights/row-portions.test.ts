import { decodeWeights, encodeWeights, readGguf, readTensorBytes } from '@foretoken/models';
import { expect, test } from 'vitest';
import { writeRandomGguf } from '../../../testing/random-gguf.js';
import { readConstants } from '../../../testing/read-constants.js';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { boundCacheLayout } from '../layout/bound-cache-layout.js';
import { decoderModel } from '../decoder/decoder-model.js';
import { generateGraph } from '../generate-graph.js';
import { openDecoderWeights } from './decoder-source.js';
import { blocksOfEightBits, blocksOfFourBits } from './quantized-blocks.js';
import { rowPortions } from './row-portions.js';

const inFolder = temporaryFolder();
const rangesOf = async (rows: number, columns: number): Promise<number[][]> => {
  const ranges: number[][] = [];
  const read = async ({ from, count }: { from: number; count: number }): Promise<Uint8Array> => {
    ranges.push([from, count]);
    return new Uint8Array();
  };
  for await (const _ of rowPortions({ rows, columns }, read));
  return ranges;
};

test('portions are whole rows, at least one, and all of them', async () => {
  expect(await rangesOf(3, 2 ** 20)).toEqual([[0, 3]]);
  expect(await rangesOf(9, 2 ** 20)).toEqual([
    [0, 4],
    [4, 4],
    [8, 1],
  ]);
  expect(await rangesOf(2, 2 ** 23)).toEqual([
    [0, 1],
    [1, 1],
  ]);
});

// Regression: an embedding table was in memory as a whole, as stored, as float32 and quantised, which together can be more
// than the model that comes of it and than what was allowed.
test('a table larger than a portion is written in portions, to the same bytes', async () => {
  const rows = 70_001;
  const source = inFolder('wide.gguf');
  await writeRandomGguf(source, { architecture: 'llama', format: 'F16', vocabulary: rows });
  const stored = await readTensorBytes(await readGguf(source), 'token_embd.weight');
  const values = decodeWeights(stored, 'F16');
  const bytesOf = (array: Uint8Array | Float32Array): Buffer =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  const expected = {
    float32: [bytesOf(values)],
    float16: [bytesOf(stored)],
    int8: Object.values(blocksOfEightBits(encodeWeights(values, 'Q8_0'))).map(bytesOf),
    int4: Object.values(blocksOfFourBits(encodeWeights(values, 'Q4_0'))).map(bytesOf),
  };
  for (const weightFormat of ['float32', 'float16', 'int8', 'int4'] as const) {
    const target = inFolder('wide.onnx');
    const manifest = await generateGraph(source, target, { weightFormat });
    const constants = await readConstants(target);
    for (const [index, name] of ['embedding', 'embedding.scales'].entries()) {
      const bytes = expected[weightFormat][index];
      if (bytes !== undefined)
        expect(bytes.equals(constants.get(name)?.bytes as Uint8Array), name).toBe(true);
    }
    const weights = await openDecoderWeights(source);
    const { graph } = decoderModel(weights, manifest, boundCacheLayout, new Map());
    for (const { data } of graph.initializers) {
      const made = await data();
      for await (const portion of made instanceof Uint8Array ? [made] : made)
        expect(portion.byteLength).toBeLessThanOrEqual(2 ** 24);
    }
  }
});
