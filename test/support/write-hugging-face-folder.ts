import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeWeights } from '@foretoken/models';
import { byteTokenizerJson } from './byte-tokenizer-json.js';
import { encodeSafetensors, type TensorToEncode } from './encode-safetensors.js';
import { type LlamaShape, llamaWeights, smallestShape, type Weights } from './llama-weights.js';

export interface HuggingFaceFolderOptions {
  readonly shape?: LlamaShape;
  readonly weights?: ReadonlyMap<string, Weights>;
  readonly dtype?: 'F32' | 'F16';
  /** More than one writes shards and their index. */
  readonly shards?: number;
  /** Laid over config.json. */
  readonly config?: object;
  /** In the place of the byte tokenizer. */
  readonly tokenizer?: object;
}

/**
 * Writes a Hugging Face folder of the llama architecture: small, sound, and of another vocabulary than the
 * embedded models.
 */
export async function writeHuggingFaceFolder(
  folder: string,
  options: HuggingFaceFolderOptions = {},
): Promise<void> {
  const { shape = smallestShape, dtype = 'F32', shards = 1 } = options;
  const weights = options.weights ?? llamaWeights(shape, 1);
  await mkdir(folder, { recursive: true });
  await writeFile(
    path.join(folder, 'config.json'),
    JSON.stringify({ ...configOf(shape), ...options.config }),
  );
  await writeFile(
    path.join(folder, 'tokenizer.json'),
    JSON.stringify(options.tokenizer ?? byteTokenizerJson()),
  );
  const entries = [...weights].map(
    ([name, { shape: lengths, values }]) =>
      [name, { dtype, shape: lengths, bytes: encodeWeights(values, dtype) }] satisfies [
        string,
        TensorToEncode,
      ],
  );
  if (shards === 1) {
    await writeFile(path.join(folder, 'model.safetensors'), encodeSafetensors(new Map(entries)));
    return;
  }
  const fileOf = (index: number): string => `model-${(index % shards) + 1}-of-${shards}.safetensors`;
  for (let shard = 0; shard < shards; shard++) {
    const part = entries.filter((_, index) => index % shards === shard);
    await writeFile(path.join(folder, fileOf(shard)), encodeSafetensors(new Map(part)));
  }
  await writeFile(
    path.join(folder, 'model.safetensors.index.json'),
    JSON.stringify({
      weight_map: Object.fromEntries(entries.map(([name], index) => [name, fileOf(index)])),
    }),
  );
}

function configOf(shape: LlamaShape): object {
  return {
    model_type: 'llama',
    hidden_act: 'silu',
    vocab_size: shape.vocabularySize,
    max_position_embeddings: shape.contextLength,
    hidden_size: shape.width,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    num_key_value_heads: shape.keyValueHeads,
    head_dim: shape.headWidth,
    intermediate_size: shape.feedForwardWidth,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: shape.tiedEmbeddings,
    bos_token_id: 256,
    eos_token_id: 256,
  };
}
