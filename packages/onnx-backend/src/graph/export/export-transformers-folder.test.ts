import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ggufTokenizer, readGguf } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { writeHuggingFaceFolder } from '../../../testing/hugging-face-folder.js';
import { largestDifference } from '../../../testing/largest-difference.js';
import { writeRandomGguf } from '../../../testing/random-gguf.js';
import { runChain } from '../../../testing/run-chain.js';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { findTokenizer } from '../../model/find-tokenizer.js';
import { readOnnx } from '../file/read-onnx.js';
import { generateGraph } from '../generate-graph.js';
import type { GraphOptions } from '../graph-options.js';
import { readManifest } from '../read-manifest.js';
import { exportTransformersFolder } from './export-transformers-folder.js';

const inFolder = temporaryFolder();
const text = [5, 100, 2000, 7000, 42, 17, 300, 999];

/** Runs as transformers.js does: what is present after a pass is the past of the next one. */
class GrowingSession {
  readonly #session: InferenceSession;
  #past: Record<string, Tensor> = {};
  #length = 0;

  constructor(session: InferenceSession, layers: number) {
    this.#session = session;
    for (let layer = 0; layer < layers; layer++) {
      for (const kind of ['key', 'value'])
        this.#past[`past_key_values.${layer}.${kind}`] = new Tensor(
          'float32',
          new Float32Array(),
          [1, 2, 0, 64],
        );
    }
  }

  async run(tokens: readonly number[], keep: number | undefined): Promise<Float32Array[]> {
    const total = this.#length + tokens.length;
    const wide = (values: readonly number[], shape: number[]): Tensor =>
      new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
    const outputs = await this.#session.run({
      input_ids: wide(tokens, [1, tokens.length]),
      attention_mask: wide(new Array<number>(total).fill(1), [1, total]),
      position_ids: wide(
        tokens.map((_, index) => this.#length + index),
        [1, tokens.length],
      ),
      ...(keep === undefined ? {} : { num_logits_to_keep: wide([keep], []) }),
      ...this.#past,
    });
    this.#length = total;
    this.#past = Object.fromEntries(
      Object.keys(this.#past).map((name) => [
        name,
        outputs[name.replace('past_key_values', 'present')] as Tensor,
      ]),
    );
    const logits = outputs['logits'] as Tensor;
    const [, rows = 0, width = 0] = logits.dims;
    const data = logits.data as Float32Array;
    return Array.from({ length: rows }, (_, row) => data.slice(row * width, (row + 1) * width));
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

describe('exports for transformers.js', () => {
  const formats: readonly (readonly [GraphOptions, string])[] = [
    [{ weightFormat: 'float32' }, 'model.onnx'],
    [{ weightFormat: 'float32', decomposed: true }, 'model.onnx'],
    [{ weightFormat: 'float16', decomposed: true }, 'model_fp16.onnx'],
    [{ weightFormat: 'int8', accuracyLevel: 1 }, 'model_quantized.onnx'],
    [{ weightFormat: 'int4', accuracyLevel: 1 }, 'model_q4.onnx'],
  ];
  it.each(formats)('%j gives the logits of our own graph', async (options, name) => {
    const manifest = await generateGraph(tinyModels.draft, inFolder('draft.onnx'), options);
    const expected = await runChain(inFolder('draft.onnx'), manifest, text);
    for (const numLogitsToKeep of [true, false]) {
      const folder = inFolder('export');
      const target = await exportTransformersFolder(tinyModels.draft, folder, {
        ...options,
        numLogitsToKeep,
      });
      expect(target).toBe(path.join(folder, 'onnx', name));
      const file = await readOnnx(target);
      expect(readManifest(file)).toBeUndefined();
      const session = new GrowingSession(await InferenceSession.create(target, { logSeverityLevel: 3 }), 2);
      const keep = (count: number): number | undefined => (numLogitsToKeep ? count : undefined);
      const rows = [
        ...(await session.run(text.slice(0, 3), keep(0))),
        ...(await session.run(text.slice(3, 4), keep(1))),
        ...(await session.run(text.slice(4), keep(0))),
      ];
      // Measured: 1.5e-5.
      expect(largestDifference(rows, expected.logits)).toBeLessThan(1e-4);
      await session.close();
    }
  });

  it('takes several texts at once, padded on the left, where attention is taken apart', async () => {
    const target = await exportTransformersFolder(tinyModels.draft, inFolder('batch'), {
      weightFormat: 'float32',
      decomposed: true,
    });
    const session = await InferenceSession.create(target, { logSeverityLevel: 3 });
    const wide = (values: readonly number[], shape: number[]): Tensor =>
      new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
    const past: Record<string, Tensor> = {};
    for (const name of session.inputNames.filter((input) => input.startsWith('past')))
      past[name] = new Tensor('float32', new Float32Array(), [2, 2, 0, 64]);
    const { logits } = await session.run({
      input_ids: wide([...text.slice(0, 4), 0, 0, ...text.slice(4, 6)], [2, 4]),
      attention_mask: wide([1, 1, 1, 1, 0, 0, 1, 1], [2, 4]),
      position_ids: wide([0, 1, 2, 3, 0, 0, 0, 1], [2, 4]),
      num_logits_to_keep: wide([1], []),
      ...past,
    });
    expect(logits?.dims).toEqual([2, 1, 8192]);
    const data = logits?.data as Float32Array;
    for (const [row, part] of [text.slice(0, 4), text.slice(4, 6)].entries()) {
      const alone = await new GrowingSession(session, 2).run(part, 1);
      expect(largestDifference([data.slice(row * 8192, (row + 1) * 8192)], alone)).toBeLessThan(1e-4);
    }
    await session.release();
  });

  it('keeps as many of the last rows as it is told', async () => {
    const target = await exportTransformersFolder(tinyModels.draft, inFolder('keep'), {
      weightFormat: 'int8',
    });
    const session = await InferenceSession.create(target, { logSeverityLevel: 3 });
    const all = await new GrowingSession(session, 2).run(text, 0);
    for (const keep of [1, 3, 8]) {
      const kept = await new GrowingSession(session, 2).run(text, keep);
      expect(kept).toHaveLength(keep);
      expect(largestDifference(kept, all.slice(-keep))).toBeLessThan(1e-4);
    }
    await session.release();
  });

  it('has the inputs and outputs of that layout', async () => {
    const target = await exportTransformersFolder(tinyModels.draft, inFolder('layout'), {
      weightFormat: 'int8',
    });
    const { inputs, outputs } = await readOnnx(target);
    expect(inputs.slice(0, 6)).toEqual([
      { name: 'input_ids', elementType: 'int64', shape: ['batch_size', 'sequence_length'] },
      { name: 'attention_mask', elementType: 'int64', shape: ['batch_size', 'total_sequence_length'] },
      { name: 'position_ids', elementType: 'int64', shape: ['batch_size', 'sequence_length'] },
      { name: 'num_logits_to_keep', elementType: 'int64', shape: [] },
      {
        name: 'past_key_values.0.key',
        elementType: 'float32',
        shape: ['batch_size', 2, 'past_sequence_length', 64],
      },
      {
        name: 'past_key_values.0.value',
        elementType: 'float32',
        shape: ['batch_size', 2, 'past_sequence_length', 64],
      },
    ]);
    expect(outputs.map(({ name }) => name)).toEqual([
      'logits',
      'present.0.key',
      'present.0.value',
      'present.1.key',
      'present.1.value',
    ]);
  });

  it('writes a tokenizer equal to the GGUF file’s, and the configuration', async () => {
    const folder = inFolder('companions');
    await exportTransformersFolder(tinyModels.draft, folder, { weightFormat: 'int8' });
    const written = await findTokenizer(folder);
    const original = ggufTokenizer(await readGguf(tinyModels.draft));
    const sample = 'export function sum(values: readonly number[]): number {\n  return 0; // äö 🙂\n}\n';
    expect(written.encode(sample)).toEqual(original.encode(sample));
    expect(written.decode(written.encode(sample))).toBe(sample);
    const config = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8')) as object;
    expect(config).toMatchObject({ model_type: 'llama', vocab_size: 8192, head_dim: 64, eos_token_id: 0 });
    const generation = JSON.parse(
      await readFile(path.join(folder, 'generation_config.json'), 'utf8'),
    ) as object;
    expect(generation).toEqual({ bos_token_id: 0, eos_token_id: [0] });
  });

  // Was wrong: tokens that end a turn are known by what they are called, and an export went on with the user's turn.
  it('names the tokens that end a text or a turn', async () => {
    const value = Array.from({ length: 64 }, (_, id) => (id === 40 ? '<|im_end|>' : `t${id}`));
    await writeRandomGguf(inFolder('turns.gguf'), {
      architecture: 'llama',
      format: 'F32',
      metadata: { 'tokenizer.ggml.tokens': { type: 'string[]', value } },
    });
    const { endTokens } = ggufTokenizer(await readGguf(inFolder('turns.gguf')));
    expect(endTokens).toContain(40);
    await exportTransformersFolder(inFolder('turns.gguf'), inFolder('turns'), {});
    expect((await findTokenizer(inFolder('turns'))).endTokens).toEqual(endTokens);
  });

  it('takes the companions of a Hugging Face folder as they are', async () => {
    await writeHuggingFaceFolder(inFolder('source'), { architecture: 'qwen2' });
    await exportTransformersFolder(inFolder('source'), inFolder('copied'), {});
    for (const name of ['config.json', 'tokenizer.json']) {
      const [from, to] = [inFolder(`source/${name}`), inFolder(`copied/${name}`)];
      expect((await readFile(to)).equals(await readFile(from))).toBe(true);
    }
    expect((await readOnnx(inFolder('copied/onnx/model.onnx'))).outputs).toHaveLength(5);
  });

  it('says that a tokenizer of an unknown kind cannot be exported', async () => {
    await writeRandomGguf(inFolder('other.gguf'), {
      architecture: 'llama',
      format: 'F32',
      metadata: { 'tokenizer.ggml.pre': { type: 'string', value: 'viking' } },
    });
    await expect(exportTransformersFolder(inFolder('other.gguf'), inFolder('other'), {})).rejects.toThrow(
      /splits texts as "viking" does.*Hugging Face folder/,
    );
  });
});
