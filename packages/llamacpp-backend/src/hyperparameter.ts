import type { GgufFile } from '@foretoken/models';

/** A number that a header has for its own architecture; NaN where it does not say, or has one for every layer. */
export function hyperparameter({ metadata }: GgufFile, key: string): number {
  return Number(metadata.get(`${String(metadata.get('general.architecture'))}.${key}`));
}
