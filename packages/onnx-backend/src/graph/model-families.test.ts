import { convertHuggingFaceFolder, readGguf, type TypedValue } from '@foretoken/models';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { gemmaModels, gemmaWindow } from '../../testing/gemma-models.js';
import { writeGgufOfGemmaFolder } from '../../testing/gguf-of-gemma-folder.js';
import { GraphSession } from '../../testing/graph-session.js';
import { type HuggingFaceModel, writeHuggingFaceFolder } from '../../testing/hugging-face-folder.js';
import { largestDifference } from '../../testing/largest-difference.js';
import { type RandomModel, writeRandomGguf } from '../../testing/random-gguf.js';
import { randomNumbers } from '../../testing/random-numbers.js';
import { readConstants } from '../../testing/read-constants.js';
import {
  chainTokens,
  type ReferenceToken,
  type ReferenceRow,
  referenceForward,
} from '../../testing/reference-decoder.js';
import { runChain } from '../../testing/run-chain.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { generateGraph } from './generate-graph.js';
import type { GraphManifest } from './graph-manifest.js';
import type { GraphOptions } from './graph-options.js';
import { planTreePass } from './tree-pass.js';

const inFolder = temporaryFolder();
/** More than three windows. */
const tokens = Array.from({ length: 3 * gemmaWindow + 4 }, (_, index) => (index * 37 + 5) % 64);

/** Measured: 1.1e-5. */
const sameWithinRounding = 1e-4;
/** A model with one setting changed is this far away at least; measured: 0.05. */
const another = 0.02;

const logitsOf = (rows: readonly ReferenceRow[]): Float64Array[] => rows.map(({ logits }) => logits);

async function reference(model: RandomModel, of: readonly ReferenceToken[]): Promise<Float64Array[]> {
  const path = inFolder('reference.gguf');
  await writeRandomGguf(path, model);
  return logitsOf(await referenceForward(await readGguf(path), of));
}

const kinds: readonly GraphOptions[] = [
  { decomposed: false, trees: true },
  { decomposed: false, trees: false },
  { decomposed: true, trees: true },
  { decomposed: true, trees: false },
];

describe.each(Object.values(gemmaModels))('$architecture from GGUF', (model) => {
  const { architecture } = model;
  const source = inFolderLazily(`${architecture}.gguf`);
  let expected: Float64Array[];

  beforeAll(async () => {
    await writeRandomGguf(source(), model);
    expected = logitsOf(await referenceForward(await readGguf(source()), chainTokens(tokens)));
  });

  it.each(kinds)('agrees with a float64 reference: %j', async (options) => {
    const target = inFolder('graph.onnx');
    const manifest = await generateGraph(source(), target, { weightFormat: 'float32', ...options });
    const { logits } = await runChain(target, manifest, tokens);
    expect(largestDifference(logits, expected)).toBeLessThan(sameWithinRounding);
    // In portions, and after a rollback far beyond the window: the cache keeps what it needs.
    const session = await GraphSession.open(target, manifest);
    const other = [9, 9, 9, 9, 9, 9, 9, 9];
    await session.run({ tokens: other, rows: [], past: 0 });
    for (const [past, end] of [
      [0, 15],
      [3, 4],
      [4, 9],
      [9, 10],
      [10, tokens.length],
    ] as const) {
      const part = tokens.slice(past, end);
      const rows = part.map((_, row) => row);
      const result = await session.run({ tokens: part, rows, past });
      expect(largestDifference(result.logits, expected.slice(past, end))).toBeLessThan(sameWithinRounding);
    }
    await session.close();
  });

  it.each([false, true])(
    'agrees on random trees, some deeper than the window; apart: %s',
    async (decomposed) => {
      const target = inFolder('trees.onnx');
      const manifest = await generateGraph(source(), target, { weightFormat: 'float32', decomposed });
      const session = await GraphSession.open(target, manifest);
      const random = randomNumbers(11);
      const below = (limit: number): number => Math.floor(random() * limit);
      for (const past of [0, 1, gemmaWindow - 1, 2 * gemmaWindow]) {
        const count = 3 * gemmaWindow;
        // Mostly deep: node i hangs on one of the two before it.
        const parents = Array.from({ length: count }, (_, node) => Math.max(-1, node - 1 - below(2)));
        const drafted = parents.map(() => below(64));
        const tree = planTreePass(past, parents);
        if (past > 0) await session.run({ tokens: tokens.slice(0, past), rows: [], past: 0 });
        const rows = parents.map((_, row) => row);
        const { logits } = await session.run({ tokens: drafted, rows, past, tree });
        const nodes = treeTokens(tokens.slice(0, past), drafted, parents);
        const wanted = logitsOf(await referenceForward(await readGguf(source()), nodes)).slice(past);
        expect(largestDifference(logits, wanted)).toBeLessThan(sameWithinRounding);
      }
      await session.close();
    },
  );
});

/** The committed tokens, and the nodes of a tree after them. */
function treeTokens(
  committed: readonly number[],
  drafted: readonly number[],
  parents: readonly number[],
): ReferenceToken[] {
  const all = chainTokens(committed);
  for (const [node, parent] of parents.entries()) {
    const before = parent === -1 ? committed.map((_, index) => index) : all[committed.length + parent]?.sees;
    const index = committed.length + node;
    const position = parent === -1 ? committed.length : (all[committed.length + parent]?.position ?? 0) + 1;
    all.push({ token: drafted[node] as number, position, sees: [...(before ?? []), index] });
  }
  return all;
}

describe('control: a model with one setting changed gives other logits', () => {
  const real = (value: number): TypedValue => ({ type: 'float32', value });
  const whole = (value: number): TypedValue => ({ type: 'uint32', value });
  it.each<[architecture: 'gemma2' | 'gemma3', key: string, value: TypedValue]>([
    ['gemma2', 'attention.sliding_window', whole(gemmaWindow + 1)],
    ['gemma2', 'attention.sliding_window', whole(gemmaWindow - 1)],
    ['gemma2', 'attn_logit_softcapping', real(1e6)],
    ['gemma2', 'final_logit_softcapping', real(1e6)],
    ['gemma3', 'attention.sliding_window', whole(gemmaWindow + 1)],
    ['gemma3', 'attention.sliding_window_pattern', whole(6)],
    ['gemma3', 'rope.freq_base_swa', real(1000)],
    ['gemma3', 'rope.scaling.factor', real(1)],
  ])('%s: %s', async (architecture, key, value) => {
    const model = gemmaModels[architecture];
    const changed = { ...model, metadata: { ...model.metadata, [`${architecture}.${key}`]: value } };
    const [right, wrong] = [
      await reference(model, chainTokens(tokens)),
      await reference(changed, chainTokens(tokens)),
    ];
    expect(largestDifference(right, wrong)).toBeGreaterThan(another);
  });
});

test('of a few layers, each keeps its window', async () => {
  const logits = async (window: number, layer: number): Promise<readonly Float32Array[]> => {
    const model = gemmaModels.gemma2;
    const metadata = {
      ...model.metadata,
      'gemma2.attention.sliding_window': { type: 'uint32', value: window },
    } as const;
    await writeRandomGguf(inFolder('few.gguf'), { ...model, metadata });
    const options = { weightFormat: 'float32', layers: [layer] } as const;
    const manifest = await generateGraph(inFolder('few.gguf'), inFolder('few.onnx'), options);
    return (await runChain(inFolder('few.onnx'), manifest, tokens)).logits;
  };
  // Of two layers the first has one.
  expect(largestDifference(await logits(gemmaWindow, 1), await logits(gemmaWindow + 1, 1))).toBe(0);
  expect(largestDifference(await logits(gemmaWindow, 0), await logits(gemmaWindow + 1, 0))).toBeGreaterThan(
    another,
  );
});

describe('Hugging Face folders', () => {
  const whole = (value: number): TypedValue => ({ type: 'uint32', value });
  const real = (value: number): TypedValue => ({ type: 'float32', value });
  const windows = { sliding_window: gemmaWindow, query_pre_attn_scalar: 16 };
  const cases: readonly {
    readonly type: HuggingFaceModel['architecture'];
    readonly architecture: 'gemma' | 'gemma2' | 'gemma3';
    readonly config: Readonly<Record<string, unknown>>;
    readonly settings: Readonly<Record<string, TypedValue>>;
  }[] = [
    { type: 'gemma', architecture: 'gemma', config: {}, settings: { 'rope.freq_base': real(1000) } },
    {
      type: 'gemma2',
      architecture: 'gemma2',
      config: { ...windows, attn_logit_softcapping: 3, final_logit_softcapping: 20 },
      settings: {
        'rope.freq_base': real(1000),
        'attention.sliding_window': whole(gemmaWindow),
        attn_logit_softcapping: real(3),
        final_logit_softcapping: real(20),
      },
    },
    {
      // As Transformers 4 writes it.
      type: 'gemma3_text',
      architecture: 'gemma3',
      config: {
        ...windows,
        rope_theta: 5000,
        rope_local_base_freq: 100,
        rope_scaling: { rope_type: 'linear', factor: 8 },
        sliding_window_pattern: 2,
      },
      settings: {
        'rope.freq_base': real(5000),
        'rope.freq_base_swa': real(100),
        'rope.scaling.type': { type: 'string', value: 'linear' },
        'rope.scaling.factor': real(8),
        'attention.sliding_window': whole(gemmaWindow),
        'attention.sliding_window_pattern': whole(2),
      },
    },
    {
      // As Transformers 5 does, with another pattern.
      type: 'gemma3_text',
      architecture: 'gemma3',
      config: {
        ...windows,
        rope_theta: null,
        rope_parameters: {
          full_attention: { rope_type: 'default', rope_theta: 5000 },
          sliding_attention: { rope_type: 'default', rope_theta: 100 },
        },
        layer_types: ['full_attention', 'sliding_attention'],
      },
      settings: {
        'rope.freq_base': real(5000),
        'rope.freq_base_swa': real(100),
        'attention.sliding_window': whole(gemmaWindow),
        'attention.sliding_window_pattern': { type: 'bool[]', value: [false, true] },
      },
    },
  ];
  it.each(cases)(
    '$type gives the graph of its GGUF file',
    async ({ type, architecture, config, settings }) => {
      const folder = inFolder(`${type}-folder`);
      await writeHuggingFaceFolder(folder, { architecture: type, config });
      await writeGgufOfGemmaFolder(folder, inFolder('folder.gguf'), architecture, settings);
      const options = { weightFormat: 'float32' } as const;
      const manifest = await generateGraph(folder, inFolder('folder.onnx'), options);
      expect(manifest.architecture).toBe(architecture);
      await generateGraph(inFolder('folder.gguf'), inFolder('gguf.onnx'), options);
      const [left, right] = [
        await readConstants(inFolder('folder.onnx')),
        await readConstants(inFolder('gguf.onnx')),
      ];
      expect([...left.keys()]).toEqual([...right.keys()]);
      for (const [name, { bytes }] of left) {
        expect(Buffer.compare(bytes, right.get(name)?.bytes as Buffer), name).toBe(0);
      }
      expect(largestDifference(await rows('folder.onnx', manifest), await rows('gguf.onnx', manifest))).toBe(
        0,
      );
    },
  );

  const rows = async (file: string, manifest: GraphManifest): Promise<readonly Float32Array[]> =>
    (await runChain(inFolder(file), manifest, tokens)).logits;

  test.each([undefined, gemmaWindow])(
    'mistral agrees with a float64 reference; window: %s',
    async (window) => {
      // The same weights without a window have a GGUF file, of the llama architecture.
      await writeHuggingFaceFolder(inFolder('plain'), {
        architecture: 'mistral',
        config: { sliding_window: null },
      });
      await convertHuggingFaceFolder(inFolder('plain'), inFolder('mistral.gguf'), { format: 'F16' });
      const folder = inFolder('mistral');
      await writeHuggingFaceFolder(folder, {
        architecture: 'mistral',
        config: { sliding_window: window ?? null },
      });
      const file = await readGguf(inFolder('mistral.gguf'));
      const expected = logitsOf(await referenceForward(file, chainTokens(tokens), window));
      for (const options of kinds) {
        const manifest = await generateGraph(folder, inFolder('mistral.onnx'), {
          weightFormat: 'float16',
          ...options,
        });
        expect(manifest.architecture).toBe('mistral');
        expect(largestDifference(await rows('mistral.onnx', manifest), expected)).toBeLessThan(
          sameWithinRounding,
        );
      }
      const wrong = logitsOf(await referenceForward(file, chainTokens(tokens), (window ?? 20) - 1));
      expect(largestDifference(wrong, expected)).toBeGreaterThan(another);
    },
  );
});

/** Paths inside the folder are known only once the tests run. */
function inFolderLazily(name: string): () => string {
  return () => inFolder(name);
}
