import { encodeWeights } from '@foretoken/models';
import type { GraphBuilder } from '../file/graph-builder.js';
import type { StoredWeights } from '../weights/decoder-weights.js';
import { loadValues, storedWeight } from '../weights/load-weights.js';

/** Stored vectors, one after the other, as one float32 constant. */
export function storedVector(
  builder: GraphBuilder,
  weights: StoredWeights,
  name: string,
  parts: readonly { readonly name: string; readonly length: number }[],
): string {
  for (const part of parts) storedWeight(weights, part.name, 1, part.length);
  return builder.tensor({
    name,
    elementType: 'float32',
    shape: [parts.reduce((sum, { length }) => sum + length, 0)],
    data: async () => {
      const values: Uint8Array[] = [];
      for (const part of parts) values.push(encodeWeights(await loadValues(weights, part.name), 'F32'));
      return Buffer.concat(values);
    },
  });
}
