import { readFile, writeFile } from 'node:fs/promises';
import { ForetokenError, InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import { convertHuggingFaceFolder, readGguf } from '@foretoken/models';
import { describe, expect, it, test } from 'vitest';
import { writeHuggingFaceFolder } from '../../../testing/hugging-face-folder.js';
import { largestDifference } from '../../../testing/largest-difference.js';
import { type RandomModel, writeRandomGguf } from '../../../testing/random-gguf.js';
import { readConstants } from '../../../testing/read-constants.js';
import { chainTokens, referenceForward } from '../../../testing/reference-decoder.js';
import { runChain } from '../../../testing/run-chain.js';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { chooseWeightFormat, generateGraph } from '../generate-graph.js';
import { llama3Factors } from './llama3-factors.js';

const inFolder = temporaryFolder();
const tokens = [5, 60, 20, 33, 42, 17, 30, 9, 9, 1];

describe('GGUF files of random weights agree with a float64 reference', () => {
  const variants: readonly (readonly [string, Omit<RandomModel, 'architecture' | 'format'>, boolean])[] = [
    ['tied head', {}, false],
    ['separate head', { separateHead: true }, false],
    ['biases', { biases: true }, false],
    ['biases, separate head, apart', { biases: true, separateHead: true }, true],
    ['linear rotary scaling', { linearScaling: 4 }, false],
    ['stored rotary factors', { frequencyFactors: [1, 1, 2, 3, 4, 8, 8, 8] }, false],
    ['stored rotary factors, apart', { frequencyFactors: [1, 1, 2, 3, 4, 8, 8, 8] }, true],
    ['heads wider than the model has room for', { headWidth: 32 }, false],
    ['half of a head rotated', { headWidth: 32, rotated: 16 }, false],
    ['half of a head rotated, apart', { rotated: 8 }, true],
  ];
  for (const architecture of ['llama', 'qwen2']) {
    it.each(variants)(`${architecture}: %s`, async (_, model, decomposed) => {
      const source = inFolder('random.gguf');
      const target = inFolder('random.onnx');
      await writeRandomGguf(source, { architecture, format: 'Q8_0', ...model });
      const reference = await referenceForward(await readGguf(source), chainTokens(tokens));
      for (const weightFormat of ['float32', 'int8'] as const) {
        const manifest = await generateGraph(source, target, { weightFormat, accuracyLevel: 1, decomposed });
        const { logits, hiddenStates } = await runChain(target, manifest, tokens);
        // Measured: 1.1e-5.
        expect(
          largestDifference(
            logits,
            reference.map((row) => row.logits),
          ),
        ).toBeLessThan(1e-4);
        expect(
          largestDifference(
            hiddenStates,
            reference.map((row) => row.hiddenState),
          ),
        ).toBeLessThan(1e-4);
      }
    });
  }

  it('control: the wrong order of rotated pairs gives other logits', async () => {
    const source = inFolder('random.gguf');
    await writeRandomGguf(source, { architecture: 'llama', format: 'F32' });
    const llama = await referenceForward(await readGguf(source), chainTokens(tokens));
    await writeRandomGguf(source, { architecture: 'qwen2', format: 'F32' });
    const qwen2 = await referenceForward(await readGguf(source), chainTokens(tokens));
    expect(
      largestDifference(
        llama.map((row) => row.logits),
        qwen2.map((row) => row.logits),
      ),
    ).toBeGreaterThan(0.1);
  });
});

describe('Hugging Face folders', () => {
  it.each([true, false])(
    'llama gives the graph of its converted GGUF file, byte for byte; tied: %s',
    async (tied) => {
      const folder = inFolder(`llama-${tied}`);
      await writeHuggingFaceFolder(folder, { architecture: 'llama', tied });
      for (const [format, weightFormat] of [
        ['Q8_0', 'int8'],
        ['Q4_0', 'int4'],
        ['F16', 'float16'],
      ] as const) {
        const gguf = inFolder('converted.gguf');
        await convertHuggingFaceFolder(folder, gguf, { format });
        await generateGraph(folder, inFolder('folder.onnx'), { weightFormat });
        await generateGraph(gguf, inFolder('gguf.onnx'), { weightFormat });
        const [left, right] = [
          await readConstants(inFolder('folder.onnx')),
          await readConstants(inFolder('gguf.onnx')),
        ];
        expect([...left.keys()]).toEqual([...right.keys()]);
        for (const [name, { bytes }] of left) {
          expect(Buffer.compare(bytes, right.get(name)?.bytes as Buffer), name).toBe(0);
        }
      }
    },
  );

  it('qwen2 runs, from one file or from shards', async () => {
    const rows = [];
    for (const shards of [1, 3]) {
      const folder = inFolder(`qwen2-${shards}`);
      await writeHuggingFaceFolder(folder, { architecture: 'qwen2', shards, tied: false });
      const manifest = await generateGraph(folder, inFolder('qwen2.onnx'));
      expect(manifest).toMatchObject({ architecture: 'qwen2', weightFormat: 'float32', vocabularySize: 300 });
      rows.push((await runChain(inFolder('qwen2.onnx'), manifest, tokens)).logits);
    }
    expect(largestDifference(rows[0] as Float32Array[], rows[1] as Float32Array[])).toBe(0);
  });

  it('reads rotary settings where Transformers 4 and 5 keep them', async () => {
    const tables = [];
    for (const [name, config] of Object.entries({
      four: { rope_theta: 500, rope_scaling: { type: 'linear', factor: 2 } },
      five: { rope_theta: null, rope_parameters: { rope_theta: 500, rope_type: 'linear', factor: 2 } },
    })) {
      await writeHuggingFaceFolder(inFolder(name), { architecture: 'llama', config });
      await generateGraph(inFolder(name), inFolder('rotary.onnx'));
      tables.push((await readConstants(inFolder('rotary.onnx'))).get('rotary.sine')?.bytes);
    }
    const [four, five] = tables.map((bytes) => new Float32Array((bytes as Uint8Array).buffer));
    expect(four).toEqual(five);
    // Position 3, pair 1 of 8.
    expect(four?.[3 * 8 + 1]).toBeCloseTo(Math.sin((3 * 500 ** (-2 / 16)) / 2), 6);
  });

  it.each([
    [{ model_type: 'gemma3n' }, UnsupportedError, /gemma3n.*share keys.*llama, mistral/],
    [{ model_type: 'gemma3' }, UnsupportedError, /reads pictures.*gemma3_text/],
    [
      { model_type: 'gemma2', hidden_act: 'gelu', layer_types: ['full'] },
      InvalidModelFileError,
      /layer_types.*2 layers/,
    ],
    [
      { model_type: 'gemma', hidden_act: 'gelu', hidden_activation: 'relu' },
      UnsupportedError,
      /hidden_activation.*gelu_pytorch_tanh/,
    ],
    [{ model_type: 'mistral', sliding_window: 0 }, InvalidModelFileError, /sliding_window is 0/],
    [{ hidden_act: 'gelu' }, UnsupportedError, /hidden_act/],
    [{ mlp_bias: true }, UnsupportedError, /mlp_bias/],
    [{ use_sliding_window: true }, UnsupportedError, /use_sliding_window/],
    [{ quantization_config: {} }, UnsupportedError, /quantization_config/],
    [{ rope_scaling: { rope_type: 'yarn' } }, UnsupportedError, /yarn/],
    [{ rope_scaling: { rope_type: 'linear' } }, InvalidModelFileError, /factor/],
    [{ rope_scaling: 3 }, InvalidModelFileError, /rope_scaling/],
    [{ rope_theta: -1 }, InvalidModelFileError, /rope_theta/],
    [{ partial_rotary_factor: 3 }, InvalidModelFileError, /48 of 16/],
    [{ hidden_size: null }, InvalidModelFileError, /hidden_size/],
    [{ num_key_value_heads: 3 }, InvalidModelFileError, /4 heads.*3/],
    [{ vocab_size: 299 }, InvalidModelFileError, /token_embd\.weight has 300 rows of 64, not 299/],
    [{ num_hidden_layers: 3 }, InvalidModelFileError, /no tensor blk\.2/],
    [{ num_hidden_layers: 1 }, UnsupportedError, /blk\.1/],
  ])('names what is wrong with %j', async (config, error, message) => {
    await writeHuggingFaceFolder(inFolder('wrong'), { architecture: 'llama', config });
    const generating = generateGraph(inFolder('wrong'), inFolder('wrong.onnx'));
    await expect(generating).rejects.toThrow(error);
    await expect(generating).rejects.toThrow(message);
  });

  it('names a file or tensor that is missing', async () => {
    const folder = inFolder('missing');
    const generating = (): Promise<unknown> => generateGraph(folder, inFolder('missing.onnx'));
    await writeHuggingFaceFolder(folder, { architecture: 'llama', without: 'lm_head.weight' });
    await expect(generating()).rejects.toThrow(/lm_head\.weight.*not tied/);
    await writeHuggingFaceFolder(folder, {
      architecture: 'llama',
      without: 'model.layers.0.mlp.up_proj.weight',
    });
    await expect(generating()).rejects.toThrow(/blk\.0\.ffn_up\.weight/);
    await writeFile(inFolder('missing/config.json'), '[]');
    await expect(generating()).rejects.toThrow(/config\.json is not a JSON object/);
    await writeFile(inFolder('missing/config.json'), '{');
    await expect(generating()).rejects.toThrow(/config\.json is not JSON/);
    await writeHuggingFaceFolder(inFolder('no-shard'), { architecture: 'llama', shards: 2 });
    await writeFile(
      inFolder('no-shard/model.safetensors.index.json'),
      '{"weight_map":{"a":"gone.safetensors"}}',
    );
    await expect(generateGraph(inFolder('no-shard'), inFolder('x.onnx'))).rejects.toThrow(
      /gone\.safetensors/,
    );
  });
});

test('a matrix in any format that GGUF has is dequantised', async () => {
  const formats = Object.fromEntries(
    ['IQ1_S', 'IQ1_M', 'IQ2_XXS', 'IQ2_XS', 'IQ2_S', 'IQ3_XXS', 'IQ3_S', 'TQ1_0', 'TQ2_0', 'MXFP4'].map(
      (format, index) => {
        const part = ['attn_q', 'attn_k', 'attn_v', 'ffn_gate', 'ffn_up'][index % 5];
        return [`blk.${Math.floor(index / 5)}.${part}.weight`, format];
      },
    ),
  );
  const source = inFolder('formats.gguf');
  await writeRandomGguf(source, { architecture: 'qwen2', format: 'F32', width: 256, formats });
  const file = await readGguf(source);
  expect(new Set([...file.tensors.values()].map(({ type }) => type.name)).size).toBe(11);
  const reference = await referenceForward(file, chainTokens(tokens));
  const manifest = await generateGraph(source, inFolder('formats.onnx'), { weightFormat: 'float32' });
  const { logits } = await runChain(inFolder('formats.onnx'), manifest, tokens);
  expect(
    largestDifference(
      logits,
      reference.map((row) => row.logits),
    ),
  ).toBeLessThan(1e-3);
  expect(chooseWeightFormat(undefined, 'IQ2_XXS')).toBe('int8');
});

test('truncated weights are refused, never read past their end', async () => {
  const source = inFolder('random.gguf');
  await writeRandomGguf(source, { architecture: 'llama', format: 'F32' });
  const bytes = await readFile(source);
  for (let part = 0; part < 40; part++) {
    await writeFile(inFolder('cut.gguf'), bytes.subarray(0, Math.floor((part / 40) * bytes.length)));
    const generating = generateGraph(inFolder('cut.gguf'), inFolder('cut.onnx'));
    await expect(generating).rejects.toSatisfy((error) => ForetokenError.isInstance(error));
  }
});

test("Llama 3.1's factors: fast pairs stay, slow ones are stretched, those between are in between", () => {
  const settings = { factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, trainedLength: 8192 };
  const factors = llama3Factors(128, 500_000, settings);
  expect(factors).toHaveLength(64);
  expect(factors[0]).toBe(1);
  expect(factors[63]).toBe(8);
  for (let pair = 1; pair < 64; pair++)
    expect(factors[pair]).toBeGreaterThanOrEqual(factors[pair - 1] as number);
  // A wave of 8192 / 2.5 positions lies halfway between 8192 / 4 and 8192 / 1: the mean of both frequencies.
  const base = (8192 / 2.5 / (2 * Math.PI)) ** 2;
  expect(llama3Factors(4, base, settings)[1]).toBeCloseTo(1 / (0.5 / 8 + 0.5), 9);
});
