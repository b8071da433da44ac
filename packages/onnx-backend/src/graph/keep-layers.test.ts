import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from '@foretoken/core';
import { onnxBackend } from '@foretoken/onnx-backend';
import { pruneLayers, readGguf } from '@foretoken/models';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { smallestShape } from '../../../../test/support/llama-weights.js';
import { writeLlamaGguf } from '../../../../test/support/write-llama-gguf.js';
import { largestDifference } from '../../testing/largest-difference.js';
import { chainTokens, referenceForward } from '../../testing/reference-decoder.js';
import { runChain } from '../../testing/run-chain.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { generateGraph } from './generate-graph.js';
import type { GraphOptions } from './graph-options.js';

const inFolder = temporaryFolder();
const source = (): string => inFolder('source.gguf');
const tokens = [5, 100, 42, 17, 250, 99];
const all = [0, 1, 2, 3];
/** Every choice of at least one of four layers. */
const choices = Array.from({ length: 15 }, (_, bits) => [
  all.filter((layer) => (((bits + 1) >> layer) & 1) === 1),
]);

beforeAll(() => writeLlamaGguf(source(), { shape: { ...smallestShape, layers: 4 }, format: 'Q8_0' }));

async function logitsOf(file: string, options: GraphOptions): Promise<readonly Float32Array[]> {
  const manifest = await generateGraph(file, inFolder('graph.onnx'), options);
  return (await runChain(inFolder('graph.onnx'), manifest, tokens)).logits;
}

describe('a graph of some layers', () => {
  it.each(choices)(
    '%j: bit for bit that of a file with only these, and a float64 reference agrees',
    async (layers) => {
      const file = inFolder('few.gguf');
      await pruneLayers(source(), file, { layers });
      const options = { accuracyLevel: 1 } as const;
      const chosen = await logitsOf(source(), { ...options, layers });
      expect(chosen).toEqual(await logitsOf(file, options));
      const skipLayers = all.filter((layer) => !layers.includes(layer));
      expect(await logitsOf(source(), { ...options, skipLayers })).toEqual(chosen);
      const reference = await referenceForward(await readGguf(file), chainTokens(tokens));
      expect(
        largestDifference(
          chosen,
          reference.map(({ logits }) => logits),
        ),
      ).toBeLessThan(1e-3);
    },
  );

  it('with all of them is the whole graph, bit for bit', async () => {
    await generateGraph(source(), inFolder('whole.onnx'));
    const manifest = await generateGraph(source(), inFolder('all.onnx'), { layers: all });
    expect(manifest).not.toHaveProperty('sourceLayers', expect.anything());
    expect((await readFile(inFolder('all.onnx'))).equals(await readFile(inFolder('whole.onnx')))).toBe(true);
  });

  it('control: other layers, as many, give other logits', async () => {
    const [first, second] = [
      await logitsOf(source(), { layers: [0, 1] }),
      await logitsOf(source(), { layers: [0, 2] }),
    ];
    expect(largestDifference(first, second)).toBeGreaterThan(0.1);
  });

  it('says in its manifest which they are', async () => {
    const manifest = await generateGraph(source(), inFolder('graph.onnx'), { skipLayers: [1] });
    expect(manifest).toMatchObject({ layers: 3, sourceLayers: [0, 2, 3] });
  });
});

test('layers that are not there, and layers of a graph, are refused', async () => {
  const load = (file: string, options: object): Promise<unknown> =>
    onnxBackend.loadModel(file, { cacheFolder: inFolder('cache'), threads: 1, ...options });
  for (const options of [{ layers: [] }, { layers: [4] }, { layers: [1, 1] }, { skipLayers: all }]) {
    await expect(load(source(), options)).rejects.toThrow(InvalidArgumentError);
  }
  await generateGraph(source(), inFolder('graph.onnx'));
  const refused = load(inFolder('graph.onnx'), { tokenizer: source(), layers: [0] });
  await expect(refused).rejects.toThrow(InvalidArgumentError);
  await expect(refused).rejects.toThrow(/is a graph, whose layers are fixed/);
});
