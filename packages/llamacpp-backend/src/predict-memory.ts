import type { MemoryUse } from '@foretoken/core';
import { type GgufFile, readGguf, tensorTypeByName, validateForLlama } from '@foretoken/models';
import { type CheckedOptions, checkOptions } from './check-options.js';
import { chosenFile } from './chosen-file.js';
import { hyperparameter } from './hyperparameter.js';
import { layOut, outputBytes } from './lay-out.js';
import type { KvType, LlamacppOptions } from './llamacpp-options.js';

/**
 * What a model will take, as far as its GGUF header tells: the tensors as they are, a cache of keys and values for all
 * sequences, which the engine makes at once, and the buffer of the rows. Cache and buffers are left out where attention is
 * not plain. The file in the format asked for is made where it is not in the cache yet.
 *
 * @throws as loading the model does.
 */
export async function predictMemory(
  source: string,
  options: LlamacppOptions = {},
): Promise<Partial<MemoryUse>> {
  const checked = checkOptions(options);
  const { file } = await chosenFile(source, checked);
  const header = await readGguf(file);
  validateForLlama(header);
  return memoryOf(header, checked);
}

/** As `predictMemory`, of the header of the file that is loaded. */
export function memoryOf(header: GgufFile, checked: CheckedOptions): Partial<MemoryUse> {
  let weights = 0;
  for (const { byteLength } of header.tensors.values()) weights += byteLength;
  const sizes = attentionSizes(header);
  if (sizes === undefined) return { weights };
  const { elementsPerToken, trained, vocabularySize, width } = sizes;
  const layout = layOut({ trained, rollback: true }, checked);
  return {
    weights,
    cache: Math.round(layout.cells * elementsPerToken * elementBytes(checked.kvType)),
    buffers: outputBytes(layout, vocabularySize, width),
  };
}

/** The part of it that is in the machine's own memory, and not in that of a GPU: of its layers, the output's counted as one. */
export function besideGpu(
  { weights = 0, cache, ...others }: Partial<MemoryUse>,
  header: GgufFile,
  { gpuLayers }: CheckedOptions,
): Partial<MemoryUse> {
  const layers = hyperparameter(header, 'block_count') + 1;
  // Where the header does not say how many there are, one on a GPU is taken for all.
  const share = gpuLayers === 0 ? 1 : Math.max(0, 1 - gpuLayers / layers) || 0;
  return { weights: weights * share, ...(cache === undefined ? {} : { cache: cache * share }), ...others };
}

/** Of plain attention; undefined where the header does not say its sizes, or has a recurrent state. */
function attentionSizes(header: GgufFile):
  | {
      readonly elementsPerToken: number;
      readonly trained: number;
      readonly vocabularySize: number;
      readonly width: number;
    }
  | undefined {
  const { metadata, tensors } = header;
  const architecture = String(metadata.get('general.architecture'));
  const read = (key: string): number => hyperparameter(header, key);
  if ([...metadata.keys()].some((key) => key.startsWith(`${architecture}.ssm.`))) return undefined;
  const width = read('embedding_length');
  const heads = read('attention.head_count');
  const headWidth = read('attention.key_length') || width / heads;
  const layers = read('block_count');
  const stored = metadata.get(`${architecture}.attention.head_count_kv`);
  // Some architectures have a number for every layer.
  const keyValueHeads = Array.isArray(stored)
    ? stored.reduce((sum: number, count: unknown) => sum + Number(count), 0)
    : layers * (Number(stored) || heads);
  const elementsPerToken = keyValueHeads * headWidth * 2;
  const trained = read('context_length');
  const vocabularySize = tensors.get('token_embd.weight')?.shape[1] ?? Number.NaN;
  const sizes = { elementsPerToken, trained, vocabularySize, width };
  return Object.values(sizes).every((size) => Number.isSafeInteger(size) && size > 0) ? sizes : undefined;
}

function elementBytes(kvType: KvType): number {
  const { blockBytes, blockElements } = tensorTypeByName(kvType.toUpperCase()) as {
    blockBytes: number;
    blockElements: number;
  };
  return blockBytes / blockElements;
}
