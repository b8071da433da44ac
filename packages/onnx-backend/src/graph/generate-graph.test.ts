import { readGguf, readTensorBytes } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { largestDifference } from '../../testing/largest-difference.js';
import { writeRandomGguf } from '../../testing/random-gguf.js';
import { readConstants } from '../../testing/read-constants.js';
import { chainTokens, type ReferenceRow, referenceForward } from '../../testing/reference-decoder.js';
import { runChain } from '../../testing/run-chain.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { chooseWeightFormat, generateGraph } from './generate-graph.js';
import type { GraphOptions } from './graph-options.js';
import { readOnnx } from './file/read-onnx.js';

const inFolder = temporaryFolder();
const tokens = [5, 100, 2000, 7000, 42, 17, 300, 999];

describe('graphs of the embedded draft model', () => {
  let reference: readonly ReferenceRow[];

  beforeAll(async () => {
    reference = await referenceForward(await readGguf(tinyModels.draft), chainTokens(tokens));
  });

  // Bounds are several times what was measured: 1.5e-5 in float32; 8e-3 where weights or cache are rounded to
  // float16; 0.21 where activations are rounded to 8 bits; 4 where weights are requantised to 4 bits. Logits go
  // from -20 to 20.
  const cases: readonly (readonly [GraphOptions, number])[] = [
    [{ weightFormat: 'float32' }, 1e-4],
    [{ weightFormat: 'float32', trees: false }, 1e-4],
    [{ weightFormat: 'float32', decomposed: true }, 1e-4],
    [{ weightFormat: 'float32', decomposed: true, trees: false }, 1e-4],
    [{ weightFormat: 'int8', accuracyLevel: 1 }, 1e-4],
    [{ weightFormat: 'int8', accuracyLevel: 1, decomposed: true }, 1e-4],
    [{ weightFormat: 'float32', cacheType: 'float16' }, 0.05],
    [{ weightFormat: 'float32', cacheType: 'float16', decomposed: true }, 0.05],
    [{ weightFormat: 'float16' }, 0.05],
    [{ weightFormat: 'float16', decomposed: true }, 0.05],
    [{ weightFormat: 'int8', accuracyLevel: 4 }, 0.8],
    [{ weightFormat: 'int4', accuracyLevel: 1 }, 10],
    [{ weightFormat: 'int4', accuracyLevel: 4 }, 10],
  ];
  it.each(cases)('%j agrees with a float64 reference', async (options, tolerance) => {
    const target = inFolder('draft.onnx');
    const manifest = await generateGraph(tinyModels.draft, target, options);
    const { logits, hiddenStates } = await runChain(target, manifest, tokens);
    expect(
      largestDifference(
        logits,
        reference.map((row) => row.logits),
      ),
    ).toBeLessThan(tolerance);
    expect(
      largestDifference(
        hiddenStates,
        reference.map((row) => row.hiddenState),
      ),
    ).toBeLessThan(tolerance);
  });

  it('keeps every Q8_0 block bit for bit in int8', async () => {
    const target = inFolder('draft.onnx');
    await generateGraph(tinyModels.draft, target, { weightFormat: 'int8' });
    const constants = await readConstants(target);
    const file = await readGguf(tinyModels.draft);
    const parts = (name: string): string[] => [`blk.0.${name}.weight`];
    for (const [constant, names] of [
      ['embedding', ['token_embd.weight']],
      ['layers.0.attention.projection', parts('attn_output')],
      ['layers.0.feed_forward.gate_up', [...parts('ffn_gate'), ...parts('ffn_up')]],
      ['layers.0.feed_forward.down', parts('ffn_down')],
    ] as const) {
      const stored = await Promise.all(names.map((name) => readTensorBytes(file, name)));
      expect(Buffer.concat(stored).equals(blocksOf(constants, constant)), constant).toBe(true);
    }
    // Queries and keys: the same rows in another order.
    const packed = await Promise.all(
      ['attn_q', 'attn_k', 'attn_v'].map((name) => readTensorBytes(file, parts(name)[0] as string)),
    );
    const rowBytes = (256 / 32) * 34;
    const rows = (bytes: Uint8Array): string[] =>
      Array.from({ length: bytes.length / rowBytes }, (_, row) =>
        Buffer.from(bytes.subarray(row * rowBytes, (row + 1) * rowBytes)).toString('base64'),
      );
    const found = rows(blocksOf(constants, 'layers.0.attention.qkv'));
    const expected = rows(Buffer.concat(packed));
    expect(found.toSorted().join()).toBe(expected.toSorted().join());
    // Element i of a head of 64 is turned with i + 32; the file has such pairs as neighbours.
    const places = Array.from({ length: 64 }, (_, element) =>
      element < 32 ? 2 * element : 2 * (element - 32) + 1,
    );
    expect(found.slice(64, 128)).toEqual(places.map((place) => expected[64 + place]));
  });

  it('uses operators of its own only where it says so', async () => {
    const operators = async (options: GraphOptions): Promise<readonly string[]> => {
      const target = inFolder('operators.onnx');
      await generateGraph(tinyModels.draft, target, options);
      const file = await readOnnx(target);
      const contrib = [...file.operators].filter((name) => name.startsWith('com.microsoft.'));
      expect(file.operatorSets.has('com.microsoft')).toBe(contrib.length > 0);
      return contrib.map((name) => name.replace('com.microsoft.', '')).toSorted();
    };
    expect(await operators({ weightFormat: 'float32', decomposed: true })).toEqual([]);
    expect(await operators({ weightFormat: 'float16', decomposed: true })).toEqual([]);
    expect(await operators({ weightFormat: 'int8', decomposed: true })).toEqual([
      'GatherBlockQuantized',
      'MatMulNBits',
    ]);
    expect(await operators({ weightFormat: 'float32' })).toEqual([
      'GroupQueryAttention',
      'QuickGelu',
      'SkipSimplifiedLayerNormalization',
    ]);
  });
});

/** MatMulNBits' quants and scales put back into Q8_0 blocks; scales are float16 numbers in float32. */
function blocksOf(constants: Awaited<ReturnType<typeof readConstants>>, name: string): Uint8Array {
  const quants = constants.get(name)?.bytes as Uint8Array;
  const scales = constants.get(`${name}.scales`)?.bytes as Uint8Array;
  const view = new DataView(scales.buffer, scales.byteOffset, scales.byteLength);
  const blocks = new Uint8Array((quants.length / 32) * 34);
  for (let block = 0; block * 32 < quants.length; block++) {
    const bits = view.getUint32(block * 4, true);
    const exponent = (bits >>> 23) & 0xff;
    // All of the embedded models' scales are normal float16 numbers, so that this is exact.
    const half =
      ((bits >>> 16) & 0x8000) | (exponent === 0 ? 0 : ((exponent - 112) << 10) | ((bits >>> 13) & 0x3ff));
    blocks[block * 34] = half & 0xff;
    blocks[block * 34 + 1] = half >> 8;
    for (let index = 0; index < 32; index++)
      blocks[block * 34 + 2 + index] = ((quants[block * 32 + index] as number) - 128) & 0xff;
  }
  return blocks;
}

test('the default format keeps the source as it is, or closest to that', async () => {
  for (const [format, expected] of [
    ['Q8_0', 'int8'],
    ['Q4_0', 'int4'],
    ['F16', 'float16'],
    ['F32', 'float32'],
  ] as const) {
    await writeRandomGguf(inFolder('model.gguf'), { architecture: 'llama', format });
    const manifest = await generateGraph(inFolder('model.gguf'), inFolder('model.onnx'));
    expect(manifest.weightFormat).toBe(expected);
  }
  for (const [stored, expected] of [
    ['BF16', 'float32'],
    ['Q5_1', 'int8'],
    ['Q4_K', 'int8'],
  ] as const)
    expect(chooseWeightFormat(undefined, stored)).toBe(expected);
});

test('an abort ends the writing, and leaves nothing behind', async () => {
  const controller = new AbortController();
  const target = inFolder('aborted.onnx');
  const writing = generateGraph(tinyModels.draft, target, {
    signal: controller.signal,
    onProgress: (fraction) => {
      if (fraction > 0.5) controller.abort();
    },
  });
  await expect(writing).rejects.toThrow(/abort/i);
  await expect(readOnnx(target)).rejects.toThrow(/no such file/);
});
