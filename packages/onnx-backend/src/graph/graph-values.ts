import type { GraphManifest } from './graph-manifest.js';
import type { OnnxValue } from './file/onnx-model.js';

/** The inputs and outputs that a graph with this manifest has, in any order. */
export function graphValues(manifest: GraphManifest): {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
} {
  const { trees, decomposed, cacheType, layers, keyValueHeads, headWidth, width, vocabularySize } = manifest;
  const cache = (side: string): OnnxValue[] =>
    Array.from({ length: layers }, (_, layer) =>
      ['key', 'value'].map((kind) => ({
        name: `${side}.${layer}.${kind}`,
        elementType: cacheType,
        shape: [1, keyValueHeads, 'capacity', headWidth],
      })),
    ).flat();
  const value = (
    name: string,
    elementType: OnnxValue['elementType'],
    shape: OnnxValue['shape'],
  ): OnnxValue => ({ name, elementType, shape });
  return {
    inputs: [
      value('input_ids', 'int64', [1, 'tokens']),
      ...(trees
        ? [
            value('position_ids', 'int64', [1, 'tokens']),
            value('attention_bias', 'float32', [1, 1, 'tokens', 'total']),
          ]
        : []),
      ...(decomposed ? [] : [value('seqlens_k', 'int32', [1])]),
      value('total_sequence_length', 'int32', []),
      value('rows', 'int64', ['rows']),
      ...cache('past_key_values'),
    ],
    outputs: [
      value('logits', 'float32', ['rows', vocabularySize]),
      value('hidden_states', 'float32', ['rows', width]),
      ...cache('present'),
    ],
  };
}
