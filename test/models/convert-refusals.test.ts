import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byteTokenizerJson } from '../support/byte-tokenizer-json.js';
import { ConversionFolder } from '../support/convert-in-folder.js';
import { encodeSafetensors } from '../support/encode-safetensors.js';
import { llamaWeights, smallestShape } from '../support/llama-weights.js';
import type { HuggingFaceFolderOptions } from '../support/write-hugging-face-folder.js';

let folder: ConversionFolder;
beforeAll(async () => {
  folder = await ConversionFolder.create();
});
afterAll(() => folder.remove());

describe('what cannot be converted is named, and nothing is left behind', () => {
  const byte = byteTokenizerJson() as { model: object; added_tokens: object[] };
  it.each<
    [what: string, options: HuggingFaceFolderOptions, error: new (message: string) => Error, message: RegExp]
  >([
    ['another architecture', { config: { model_type: 'mamba' } }, UnsupportedError, /only "llama"/],
    [
      'a sliding window',
      { config: { model_type: 'mistral', sliding_window: 16 } },
      UnsupportedError,
      /sliding window.*load the folder itself/,
    ],
    ['another activation', { config: { hidden_act: 'gelu' } }, UnsupportedError, /hidden_act is "gelu"/],
    ['stretched positions', { config: { rope_scaling: { factor: 2 } } }, UnsupportedError, /rope_scaling/],
    [
      'stretched positions, as Transformers 5 writes them',
      { config: { rope_parameters: { rope_type: 'llama3', rope_theta: 1e4 } } },
      UnsupportedError,
      /rotary embedding is "llama3"/,
    ],
    ['quantised weights', { config: { quantization_config: {} } }, UnsupportedError, /quantization_config/],
    ['no width', { config: { hidden_size: null } }, InvalidModelFileError, /hidden_size is undefined/],
    ['half a head', { config: { num_attention_heads: 1.5 } }, InvalidModelFileError, /heads is 1.5/],
    ['an end token beyond', { config: { eos_token_id: 257 } }, InvalidModelFileError, /eos_token_id is 257/],
    ['fewer layers than tensors', { config: { num_hidden_layers: 2 } }, InvalidModelFileError, /are missing/],
    [
      'another width than the tensors',
      { config: { intermediate_size: 96 } },
      InvalidModelFileError,
      /gate_proj\.weight is 64 x 32; by the configuration it is 96 x 32/,
    ],
    [
      'no output matrix where it is not tied',
      { config: { tie_word_embeddings: false } },
      InvalidModelFileError,
      /1 tensors are missing, lm_head\.weight first/,
    ],
    [
      'a tensor of another kind of model',
      {
        weights: new Map([
          ...llamaWeights(smallestShape, 1),
          ['model.layers.0.mlp.gate.weight', { shape: [4], values: new Float32Array(4) }],
        ]),
      },
      UnsupportedError,
      /mlp\.gate\.weight has no place/,
    ],
    ['another tokenizer', { tokenizer: { model: { type: 'Unigram' } } }, UnsupportedError, /Unigram/],
    [
      'no merges',
      { tokenizer: { ...byte, model: { ...byte.model, merges: 7 } } },
      InvalidModelFileError,
      /merges/,
    ],
    [
      'a merge of three',
      { tokenizer: { ...byte, model: { ...byte.model, merges: ['a b c'] } } },
      InvalidModelFileError,
      /a merge is "a b c"/,
    ],
    [
      'a token beyond the vocabulary',
      { tokenizer: { ...byte, added_tokens: [{ id: 300, content: 'x', special: true }] } },
      InvalidModelFileError,
      /token 300 is beyond the vocabulary of 257/,
    ],
    [
      'one text for two tokens',
      { tokenizer: { ...byte, added_tokens: [{ id: 256, content: 'a', special: false }] } },
      InvalidModelFileError,
      /"a" stands twice/,
    ],
    [
      'a token that takes spaces',
      { tokenizer: { ...byte, added_tokens: [{ id: 256, content: 'x', special: true, lstrip: true }] } },
      UnsupportedError,
      /takes spaces/,
    ],
    [
      'merges that are ignored',
      { tokenizer: { ...byte, model: { ...byte.model, ignore_merges: true } } },
      UnsupportedError,
      /ignored merges/,
    ],
    ['a normalizer', { tokenizer: { ...byte, normalizer: { type: 'NFC' } } }, UnsupportedError, /normalizer/],
    [
      'an end token after every text',
      { tokenizer: { ...byte, post_processor: { type: 'RobertaProcessing' } } },
      UnsupportedError,
      /RobertaProcessing/,
    ],
  ])('%s', async (_, options, kind, message) => {
    const source = await folder.write(options);
    const error: unknown = await folder.convert(source).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain(source);
    expect(
      (await readdir(folder.path)).filter((name) => name.startsWith(`${path.basename(source)}.`)),
    ).toEqual([]);
  });

  it('a row that is not whole blocks', async () => {
    const source = await folder.write({ shape: { ...smallestShape, feedForwardWidth: 48 } });
    await expect(folder.convert(source, { format: 'Q8_0' })).rejects.toThrow(/rows of 48.*blocks of Q8_0/);
  });

  it.each([
    ['F16', 70_000, /holds 70000, which F16 cannot hold/],
    ['Q8_0', Number.NaN, /holds NaN/],
    ['Q4_0', Number.NEGATIVE_INFINITY, /holds -Infinity/],
  ] as const)('a weight that %s cannot hold: %d', async (format, value, message) => {
    const weights = llamaWeights(smallestShape, 1);
    weights.get('model.layers.0.mlp.up_proj.weight')?.values.set([value], 5);
    await expect(folder.convert(await folder.write({ weights }), { format })).rejects.toThrow(message);
  });

  it('an integer matrix', async () => {
    const source = await folder.write({});
    const weights = new Map(
      [...llamaWeights(smallestShape, 1)].map(([name, { shape, values }]) => [
        name,
        { dtype: 'I32', shape, bytes: new Uint8Array(values.length * 4) },
      ]),
    );
    await writeFile(path.join(source, 'model.safetensors'), encodeSafetensors(weights));
    await expect(folder.convert(source)).rejects.toThrow(/Weights in I32 cannot be read/);
  });
});
