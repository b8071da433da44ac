import { copyFile, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UnsupportedError } from '@foretoken/core';
import { type GgufFile, ggufTokenizer, ggufTokenizerJson } from '@foretoken/models';
import { asCacheWriteError, writeJson } from '@foretoken/models/cache';
import { decoderModel } from '../decoder/decoder-model.js';
import { writeOnnx, type WriteOnnxOptions } from '../file/write-onnx.js';
import { graphManifest } from '../generate-graph.js';
import type { GraphOptions, GraphWeightFormat } from '../graph-options.js';
import { growingCacheLayout } from '../layout/growing-cache-layout.js';
import type { DecoderShape } from '../weights/decoder-shape.js';
import { openDecoderWeights } from '../weights/decoder-source.js';

/** What transformers.js appends to `model` for its `dtype` fp32, fp16, q8 and q4. */
const fileSuffixes: Readonly<Record<GraphWeightFormat, string>> = {
  float32: '',
  float16: '_fp16',
  int8: '_quantized',
  int4: '_q4',
};

/** What is copied from a Hugging Face folder, where it is there. */
const companions = ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json'];

/**
 * Exports a model as transformers.js loads it, in the layout of onnx-community: `onnx/model.onnx` (or
 * `model_fp16`, `model_quantized`, `model_q4`) and beside it the configuration and the tokenizer.
 *
 * @param source a GGUF file, or a Hugging Face folder.
 * @param options.numLogitsToKeep adds the input `num_logits_to_keep`; default true.
 * @returns the path of the ONNX file.
 * @throws InvalidModelFileError, UnsupportedError, InvalidArgumentError, CacheWriteError.
 */
export async function exportTransformersFolder(
  source: string,
  folder: string,
  options: Pick<GraphOptions, 'weightFormat' | 'accuracyLevel' | 'cacheType' | 'decomposed'> &
    WriteOnnxOptions & { readonly numLogitsToKeep?: boolean | undefined } = {},
): Promise<string> {
  const weights = await openDecoderWeights(source);
  // The export carries no manifest: its source need not be known by a hash.
  const manifest = graphManifest(weights, '', { ...options, trees: false });
  const model = decoderModel(
    weights,
    manifest,
    growingCacheLayout(options.numLogitsToKeep ?? true),
    new Map(),
  );
  const target = path.join(folder, 'onnx', `model${fileSuffixes[manifest.weightFormat]}.onnx`);
  try {
    await mkdir(path.dirname(target), { recursive: true });
    if (weights.gguf === undefined) await copyCompanions(source, folder);
    else await writeCompanions(weights.gguf, weights.shape, folder);
  } catch (error) {
    throw asCacheWriteError(error, folder);
  }
  await writeOnnx(target, model, options);
  return target;
}

async function copyCompanions(source: string, folder: string): Promise<void> {
  for (const name of companions) {
    const from = path.join(source, name);
    const isThere = await stat(from).then(
      () => true,
      () => false,
    );
    if (isThere) await copyFile(from, path.join(folder, name));
  }
}

async function writeCompanions(file: GgufFile, shape: DecoderShape, folder: string): Promise<void> {
  if (shape.architecture !== 'llama' && shape.architecture !== 'qwen2') {
    throw new UnsupportedError(
      `${file.path}: of a GGUF file only llama and qwen2 are exported, not ${shape.architecture}: export from the Hugging Face folder.`,
    );
  }
  const json = tokenizerJson(file);
  const tokens = {
    bos_token_id: file.metadata.get('tokenizer.ggml.bos_token_id'),
    eos_token_id: file.metadata.get('tokenizer.ggml.eos_token_id'),
  };
  // A file names one token that ends a text; those that end a turn are known by what they are called.
  const { endTokens } = ggufTokenizer(file);
  const texts = file.metadata.get('tokenizer.ggml.tokens') as readonly string[];
  const textOf = (id: unknown): string | undefined => (typeof id === 'number' ? texts[id] : undefined);
  const files: Readonly<Record<string, unknown>> = {
    'tokenizer.json': json,
    'tokenizer_config.json': {
      tokenizer_class: 'PreTrainedTokenizerFast',
      model_max_length: shape.contextLength,
      bos_token: textOf(tokens.bos_token_id),
      eos_token: textOf(tokens.eos_token_id),
      clean_up_tokenization_spaces: false,
    },
    'generation_config.json': { ...tokens, eos_token_id: endTokens },
    'config.json': {
      architectures: [shape.architecture === 'llama' ? 'LlamaForCausalLM' : 'Qwen2ForCausalLM'],
      model_type: shape.architecture,
      hidden_act: 'silu',
      vocab_size: shape.vocabularySize,
      max_position_embeddings: shape.contextLength,
      hidden_size: shape.width,
      num_hidden_layers: shape.layers,
      num_attention_heads: shape.heads,
      num_key_value_heads: shape.keyValueHeads,
      head_dim: shape.headWidth,
      intermediate_size: shape.feedForwardWidth,
      rms_norm_eps: shape.normEpsilon,
      rope_theta: shape.rotary.base,
      tie_word_embeddings: !file.tensors.has('output.weight'),
      use_cache: true,
      ...tokens,
    },
  };
  for (const [name, content] of Object.entries(files)) await writeJson(path.join(folder, name), content);
}

function tokenizerJson(file: GgufFile): object {
  try {
    return ggufTokenizerJson(file);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    throw new UnsupportedError(`${error.message} Export from the Hugging Face folder.`, { cause: error });
  }
}
