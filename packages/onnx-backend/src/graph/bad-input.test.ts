import { readFile, writeFile } from 'node:fs/promises';
import { InvalidArgumentError, InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import { describe, expect, it } from 'vitest';
import { writeHuggingFaceFolder } from '../../testing/hugging-face-folder.js';
import { writeRandomGguf } from '../../testing/random-gguf.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { readOnnx } from './file/read-onnx.js';
import { generateGraph } from './generate-graph.js';
import type { GraphOptions } from './graph-options.js';

const inFolder = temporaryFolder();

describe('weights and options that cannot be', () => {
  const generate = (options: GraphOptions = {}): Promise<unknown> =>
    generateGraph(inFolder('model.gguf'), inFolder('model.onnx'), options);

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('names the tensor that holds %d', async (bad) => {
    for (const [name, place, format] of [
      ['blk.1.ffn_up.weight', 70, 'F32'],
      ['blk.0.attn_norm.weight', 3, 'Q8_0'],
    ] as const) {
      await writeRandomGguf(inFolder('model.gguf'), {
        architecture: 'llama',
        format,
        edit: (tensor, values) => {
          if (tensor === name) values[place] = bad;
        },
      });
      await expect(generate()).rejects.toThrow(InvalidModelFileError);
      await expect(generate()).rejects.toThrow(new RegExp(`${name}.*element ${place} is ${bad}`));
      await expect(generate({ weightFormat: 'int4' })).rejects.toThrow(name);
    }
  });

  it('names the tensor with a scale that is not finite, or with weights beyond float16', async () => {
    const edit = (tensor: string, values: Float32Array): void => {
      if (tensor === 'blk.0.ffn_down.weight') values[40] = 1e9;
    };
    await writeRandomGguf(inFolder('model.gguf'), { architecture: 'llama', format: 'Q8_0', edit });
    await expect(generate()).rejects.toThrow(/blk\.0\.ffn_down\.weight.*scale of block 1/);
    await writeRandomGguf(inFolder('model.gguf'), { architecture: 'llama', format: 'F32', edit });
    await expect(generate({ weightFormat: 'float16' })).rejects.toThrow(
      /layers\.0\.feed_forward\.down.*float16/,
    );
    await expect(generate({ weightFormat: 'int8' })).rejects.toThrow(/blk\.0\.ffn_down\.weight/);
  });

  it('lists the supported architectures', async () => {
    await writeRandomGguf(inFolder('model.gguf'), { architecture: 'mistral3', format: 'F32' });
    await expect(generate()).rejects.toThrow(UnsupportedError);
    await expect(generate()).rejects.toThrow(
      /"mistral3" \(its rotary scaling.*llama, mistral, qwen2, gemma, gemma2 and gemma3/,
    );
  });

  it('refuses tensors that have no place, so that no variant of an architecture runs as another', async () => {
    await writeRandomGguf(inFolder('model.gguf'), {
      architecture: 'llama',
      format: 'F32',
      extra: { 'blk.0.attn_q_norm.weight': 16 },
    });
    await expect(generate()).rejects.toThrow(/blk\.0\.attn_q_norm\.weight/);
  });

  it('refuses sizes that the operators do not take, and says what does', async () => {
    await writeRandomGguf(inFolder('model.gguf'), { architecture: 'llama', format: 'F32', width: 48 });
    await expect(generate({ weightFormat: 'int8' })).rejects.toThrow(/48 elements.*float32/);
    await writeRandomGguf(inFolder('model.gguf'), { architecture: 'llama', format: 'F32', headWidth: 24 });
    await expect(generate()).rejects.toThrow(/multiples of 16.*decomposed/);
    await expect(generate({ decomposed: true })).resolves.toBeDefined();
  });

  it('names the tensor in a format that it cannot read, before anything is written', async () => {
    await writeHuggingFaceFolder(inFolder('foreign'), { architecture: 'llama' });
    const weights = inFolder('foreign/model.safetensors');
    const bytes = await readFile(weights);
    // The last tensor's type, in as many bytes.
    bytes.write('"I32"', bytes.lastIndexOf('"F32"'));
    await writeFile(weights, bytes);
    const generating = generateGraph(inFolder('foreign'), inFolder('foreign.onnx'));
    await expect(generating).rejects.toThrow(UnsupportedError);
    await expect(generating).rejects.toThrow(/output\.weight is stored in I32.*Q4_K or F16/);
    await expect(readOnnx(inFolder('foreign.onnx'))).rejects.toThrow(/no such file/);
  });

  it('refuses rotary scaling that it does not know', async () => {
    await writeRandomGguf(inFolder('model.gguf'), {
      architecture: 'llama',
      format: 'F32',
      metadata: { 'llama.rope.scaling.type': { type: 'string', value: 'yarn' } },
    });
    await expect(generate()).rejects.toThrow(/yarn/);
  });

  it('refuses options outside of their range', async () => {
    await writeRandomGguf(inFolder('model.gguf'), { architecture: 'llama', format: 'F32' });
    for (const options of [
      { contextLength: 0 },
      { contextLength: 129 },
      { contextLength: 1.5 },
      { weightFormat: 'int5' as 'int4' },
      { accuracyLevel: 3 as 4 },
      { cacheType: 'int8' as 'float16' },
    ]) {
      await expect(generate(options)).rejects.toThrow(InvalidArgumentError);
      await expect(generate(options)).rejects.toThrow(Object.keys(options)[0] as string);
    }
  });

  it('says where a source is missing', async () => {
    await expect(generateGraph(inFolder('none.gguf'), inFolder('x.onnx'))).rejects.toThrow(
      /none\.gguf.*no such/,
    );
  });
});
