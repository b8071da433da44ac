import { open } from 'node:fs/promises';
import { type TensorToWrite, tensorTypeByName, type TensorType } from '@foretoken/models';
import { encodeHeader, tensorBytes } from '../../packages/models/src/gguf/encode-header.js';
import { type LlamaShape, smallestShape } from './llama-weights.js';
import { byteVocabulary, llamaMetadata } from './write-llama-gguf.js';

/** 512 layers of 3 GiB each: more than any machine has that runs tests. */
const hugeShape: LlamaShape = { ...smallestShape, layers: 512, feedForwardWidth: 2 ** 22 };
const alignment = 32;

/** Writes a sound GGUF file of 824 GB that takes up next to nothing on the disk: its weights are a hole. */
export async function writeHollowGguf(path: string): Promise<void> {
  const { width, heads, keyValueHeads, headWidth, vocabularySize, feedForwardWidth } = hugeShape;
  const f32 = tensorTypeByName('F32') as TensorType;
  const tensor = (name: string, ...shape: number[]): TensorToWrite => ({
    name: `${name}.weight`,
    shape,
    type: f32,
    data: () => Promise.reject(new Error('A hollow file has no weights.')),
  });
  const tensors = [
    tensor('token_embd', width, vocabularySize),
    tensor('output_norm', width),
    ...Array.from({ length: hugeShape.layers }, (_, layer) => [
      tensor(`blk.${layer}.attn_norm`, width),
      tensor(`blk.${layer}.attn_q`, width, heads * headWidth),
      tensor(`blk.${layer}.attn_k`, width, keyValueHeads * headWidth),
      tensor(`blk.${layer}.attn_v`, width, keyValueHeads * headWidth),
      tensor(`blk.${layer}.attn_output`, heads * headWidth, width),
      tensor(`blk.${layer}.ffn_norm`, width),
      tensor(`blk.${layer}.ffn_gate`, width, feedForwardWidth),
      tensor(`blk.${layer}.ffn_up`, width, feedForwardWidth),
      tensor(`blk.${layer}.ffn_down`, feedForwardWidth, width),
    ]).flat(),
  ];
  const header = encodeHeader(
    new Map([...llamaMetadata(hugeShape), ...byteVocabulary(vocabularySize)]),
    tensors,
    alignment,
  );
  const padded = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;
  const file = await open(path, 'w');
  await file.write(header);
  await file.truncate(
    tensors.reduce((end, written) => end + padded(tensorBytes(written)), padded(header.length)),
  );
  await file.close();
}
