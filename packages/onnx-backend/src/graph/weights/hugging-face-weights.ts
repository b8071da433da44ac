import { existsSync } from 'node:fs';
import path from 'node:path';
import { InvalidModelFileError } from '@foretoken/core';
import {
  decodeWeights,
  encodeWeights,
  readJson,
  readSafetensors,
  readSafetensorsBytes,
  type SafetensorsFile,
} from '@foretoken/models';
import type { DecoderWeights, StoredWeight } from './decoder-weights.js';
import type { DecoderShape } from './decoder-shape.js';
import { isGemma } from './gemma.js';
import { readHuggingFaceConfig } from './hugging-face-config.js';
import { rowPortions } from './row-portions.js';

/**
 * The weights of a Hugging Face folder: config.json, and model.safetensors or the shards that its index names.
 *
 * @throws InvalidModelFileError, UnsupportedError.
 */
export async function huggingFaceWeights(folder: string): Promise<DecoderWeights> {
  const { shape, tiedEmbeddings } = await readHuggingFaceConfig(path.join(folder, 'config.json'));
  const tensors = new Map<string, { readonly file: SafetensorsFile; readonly source: string }>();
  for (const file of await openFiles(folder)) {
    for (const source of file.tensors.keys()) {
      // What follows from the configuration or from the embedding is not stored a second time.
      if (source.endsWith('rotary_emb.inv_freq') || (tiedEmbeddings && source === 'lm_head.weight')) continue;
      const name = ggufName(source, shape) ?? source;
      if (tensors.has(name))
        throw new InvalidModelFileError(`${file.path}: the tensor ${source} stands twice.`);
      tensors.set(name, { file, source });
    }
  }
  // Gemma stores the gains of its norms less one; GGUF the gains.
  const isOffset = (name: string): boolean => isGemma(shape.architecture) && name.endsWith('norm.weight');
  if (!tiedEmbeddings && !tensors.has('output.weight')) {
    throw new InvalidModelFileError(
      `${folder} has no tensor lm_head.weight, and its embeddings are not tied.`,
    );
  }
  return {
    path: folder,
    shape,
    names: () => [...tensors.keys()],
    find: (name) => {
      const found = tensors.get(name);
      const stored = found && storedWeight(found.file, found.source, name);
      return stored && isOffset(name) ? { ...stored, format: 'F32' } : stored;
    },
    async *portions(name) {
      const found = tensors.get(name);
      const stored = found && storedWeight(found.file, found.source, name);
      if (found === undefined || stored === undefined)
        throw new InvalidModelFileError(`${folder} has no tensor ${name}.`);
      const { file, source } = found;
      for await (const bytes of rowPortions(stored, (rows) => readSafetensorsBytes(file, source, rows))) {
        const gains = isOffset(name) ? decodeWeights(bytes, stored.format) : undefined;
        yield gains === undefined
          ? bytes
          : encodeWeights(
              gains.map((gain) => gain + 1),
              'F32',
            );
      }
    },
  };
}

async function openFiles(folder: string): Promise<SafetensorsFile[]> {
  const index = path.join(folder, 'model.safetensors.index.json');
  if (!existsSync(index)) return [await readSafetensors(path.join(folder, 'model.safetensors'))];
  const map = (await readJson(index))['weight_map'];
  const shards = [...new Set(Object.values((map ?? {}) as Readonly<Record<string, unknown>>))];
  if (shards.length === 0) throw new InvalidModelFileError(`${index} names no files.`);
  const files: SafetensorsFile[] = [];
  for (const shard of shards)
    files.push(await readSafetensors(path.join(folder, path.basename(String(shard)))));
  return files;
}

function storedWeight(file: SafetensorsFile, source: string, name: string): StoredWeight | undefined {
  const tensor = file.tensors.get(source);
  if (tensor === undefined) return undefined;
  const columns = tensor.shape.at(-1) ?? 1;
  const rows = tensor.shape.slice(0, -1).reduce((product, length) => product * length, 1);
  return { name, rows, columns, format: tensor.dtype };
}

/** Hugging Face's name of a weight or bias to GGUF's. */
function ggufName(source: string, { outputNorms }: DecoderShape): string | undefined {
  const [, place, kind] = /^(.+)\.(weight|bias)$/.exec(source) ?? [];
  if (place === undefined) return undefined;
  const [, layer, part] = /^model\.layers\.(\d+)\.(.+)$/.exec(place) ?? [];
  const renamed = outputNorms === true ? namesWithOutputNorms : layerNames;
  const name = part === undefined ? modelNames.get(place) : (renamed.get(part) ?? layerNames.get(part));
  if (name === undefined) return undefined;
  return part === undefined ? `${name}.${kind}` : `blk.${layer}.${name}.${kind}`;
}

const modelNames: ReadonlyMap<string, string> = new Map([
  ['model.embed_tokens', 'token_embd'],
  ['model.norm', 'output_norm'],
  ['lm_head', 'output'],
]);

const layerNames: ReadonlyMap<string, string> = new Map([
  ['input_layernorm', 'attn_norm'],
  ['self_attn.q_proj', 'attn_q'],
  ['self_attn.k_proj', 'attn_k'],
  ['self_attn.v_proj', 'attn_v'],
  ['self_attn.o_proj', 'attn_output'],
  ['self_attn.q_norm', 'attn_q_norm'],
  ['self_attn.k_norm', 'attn_k_norm'],
  ['post_attention_layernorm', 'ffn_norm'],
  ['mlp.gate_proj', 'ffn_gate'],
  ['mlp.up_proj', 'ffn_up'],
  ['mlp.down_proj', 'ffn_down'],
]);

/** Where what comes after attention is normed too, the norm after it is that, and not the one before the next part. */
const namesWithOutputNorms: ReadonlyMap<string, string> = new Map([
  ['post_attention_layernorm', 'post_attention_norm'],
  ['pre_feedforward_layernorm', 'ffn_norm'],
  ['post_feedforward_layernorm', 'post_ffw_norm'],
]);
