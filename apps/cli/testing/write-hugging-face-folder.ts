import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

const width = 32;
const feedForwardWidth = 64;
const vocabularySize = 257;

/**
 * Writes a Hugging Face folder of the llama architecture with one layer and a token a byte: small, sound,
 * and of another vocabulary than the embedded models. Weights are float32 and follow a fixed formula.
 */
export async function writeHuggingFaceFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(path.join(folder, 'tokenizer.json'), JSON.stringify(tokenizer()));
  await writeFile(path.join(folder, 'model.safetensors'), safetensors());
}

const config = {
  model_type: 'llama',
  hidden_act: 'silu',
  vocab_size: vocabularySize,
  max_position_embeddings: 128,
  hidden_size: width,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  intermediate_size: feedForwardWidth,
  tie_word_embeddings: true,
  bos_token_id: 256,
  eos_token_id: 256,
};

function tokenizer(): unknown {
  return {
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    model: { type: 'BPE', vocab: byteVocabulary(), merges: [] },
    added_tokens: [{ id: 256, content: '<|end|>', special: true }],
  };
}

/** GPT-2's printable stand-in for every byte: itself where it prints, else a character from 256 on. */
function byteVocabulary(): Record<string, number> {
  const prints = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  const vocabulary: Record<string, number> = {};
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    vocabulary[String.fromCharCode(prints(byte) ? byte : next++)] = byte;
  }
  return vocabulary;
}

function safetensors(): Buffer {
  const layer = 'model.layers.0';
  const shapes: readonly (readonly [name: string, shape: readonly number[]])[] = [
    ['model.embed_tokens.weight', [vocabularySize, width]],
    ['model.norm.weight', [width]],
    [`${layer}.input_layernorm.weight`, [width]],
    [`${layer}.self_attn.q_proj.weight`, [width, width]],
    [`${layer}.self_attn.k_proj.weight`, [width / 2, width]],
    [`${layer}.self_attn.v_proj.weight`, [width / 2, width]],
    [`${layer}.self_attn.o_proj.weight`, [width, width]],
    [`${layer}.post_attention_layernorm.weight`, [width]],
    [`${layer}.mlp.gate_proj.weight`, [feedForwardWidth, width]],
    [`${layer}.mlp.up_proj.weight`, [feedForwardWidth, width]],
    [`${layer}.mlp.down_proj.weight`, [width, feedForwardWidth]],
  ];
  const header: Record<string, unknown> = {};
  const data: Buffer[] = [];
  let offset = 0;
  for (const [name, shape] of shapes) {
    const count = shape.reduce((product, length) => product * length, 1);
    const values = Float32Array.from({ length: count }, (_, index) => Math.sin(index + name.length) / 4);
    data.push(Buffer.from(values.buffer));
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + 4 * count] };
    offset += 4 * count;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...data]);
}
