import type { MemoryUse } from '@foretoken/core';
import { type GgufFile, readGguf } from '@foretoken/models';

/** Bytes of an f16 element of the cache, the default of llama.cpp. */
const elementBytes = 2;

/**
 * What a model will take, from its GGUF header: the tensors as they are, and a cache of keys and values in f16 for all
 * sequences, where the header says enough of the attention. Other files let nothing be expected.
 *
 * @param cacheTokens tokens that the cache has room for; undefined: the engine makes it when it is needed.
 */
export async function predictMemory(
  file: string,
  cacheTokens: number | undefined,
): Promise<Partial<MemoryUse>> {
  if (!file.endsWith('.gguf')) return {};
  const header = await readGguf(file);
  let weights = 0;
  for (const { byteLength } of header.tensors.values()) weights += byteLength;
  const perToken = cacheBytesPerToken(header);
  if (perToken === undefined || cacheTokens === undefined) return { weights };
  return { weights, cache: perToken * cacheTokens };
}

/** Of plain attention; undefined where the header does not say its sizes. */
function cacheBytesPerToken({ metadata }: GgufFile): number | undefined {
  const architecture = String(metadata.get('general.architecture'));
  const read = (key: string): number => Number(metadata.get(`${architecture}.${key}`));
  const heads = read('attention.head_count');
  const width = read('attention.key_length') || read('embedding_length') / heads;
  const elements = read('block_count') * (read('attention.head_count_kv') || heads) * width * 2;
  return Number.isSafeInteger(elements) ? elements * elementBytes : undefined;
}
