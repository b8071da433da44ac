import { InvalidArgumentError } from '@foretoken/core';
import { type GgufFile, type TensorType, tensorTypeByName } from '@foretoken/models';
import { hyperparameter } from './hyperparameter.js';
import type { KvType } from './llamacpp-options.js';

/**
 * The engine finds out after it has loaded the weights, and says it in its log alone.
 *
 * @throws InvalidArgumentError where the keys and values of a head are no whole blocks of the format.
 */
export function checkCacheType(header: GgufFile, kvType: KvType): void {
  const { blockElements } = tensorTypeByName(kvType.toUpperCase()) as TensorType;
  const usual = hyperparameter(header, 'embedding_length') / hyperparameter(header, 'attention.head_count');
  for (const [what, key] of [
    ['keys', 'attention.key_length'],
    ['values', 'attention.value_length'],
  ] as const) {
    const width = hyperparameter(header, key) || usual;
    // What the header does not say is left to the engine.
    if (!Number.isInteger(width) || width % blockElements === 0) continue;
    throw new InvalidArgumentError(
      `kvType ${kvType} has blocks of ${blockElements} elements, and the ${what} of a head of ${header.path} have ${width}: take f16 or another format without such blocks.`,
    );
  }
}
