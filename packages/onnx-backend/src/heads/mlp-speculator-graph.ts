import { storedVector } from '../graph/decoder/stored-vector.js';
import { type Matrix, MatrixWriter } from '../graph/decoder/matrix-writer.js';
import { float, GraphBuilder, int } from '../graph/file/graph-builder.js';
import type { OnnxGraph, OnnxValue } from '../graph/file/onnx-model.js';
import type { GraphWeightFormat } from '../graph/graph-options.js';
import type { MlpSpeculatorSource } from './head-source.js';

/**
 * The graph of one step of an MLP speculator (Wertheimer et al. 2404.19124, section 3), the same for every step:
 *
 *     state  = GELU(LayerNorm(stateWeight * projection(state before) + embeddingWeight * embedding(token)))
 *     logits = head(state)
 *
 * The first step projects the target's hidden state, the others the state before, by another matrix. Both are
 * inputs, of which one is 0, and so is its product.
 *
 * Inputs: `input_ids` int64 [n]; `target_states` float32 [n, width]; `own_states` float32 [n, innerWidth].
 * Outputs: `logits` float32 [n, vocabularySize]; `hidden_states` float32 [n, innerWidth], the states.
 */
export function mlpSpeculatorGraph(
  { shape, weights }: Pick<MlpSpeculatorSource, 'shape' | 'weights'>,
  format: GraphWeightFormat,
  accuracyLevel: number,
): OnnxGraph {
  const builder = new GraphBuilder();
  const matrices = new MatrixWriter(builder, weights, format, accuracyLevel);
  const { vocabularySize, width, innerWidth } = shape;
  const matrix = (name: string, stored: string, rows: number, columns: number): Matrix => ({
    name,
    parts: [{ name: stored, rows }],
    columns,
  });
  const embedding = matrix('embedding', 'token_embd.weight', vocabularySize, innerWidth);
  const first = matrix('projection.first', 'state_proj.0.weight', innerWidth, width);
  const later = matrix('projection.later', 'state_proj.1.weight', innerWidth, innerWidth);
  const head = matrix('head', 'output.weight', vocabularySize, innerWidth);
  const vector = (name: string): string =>
    storedVector(builder, weights, name, [{ name, length: innerWidth }]);

  const projected = builder.node('Add', 'projected', [
    matrices.multiply('target_states', first, 'projected.first'),
    matrices.multiply('own_states', later, 'projected.later'),
  ]);
  const embedded = matrices.lookUp('input_ids', embedding, 'embedded');
  const mixed = builder.node('Add', 'mixed', [
    builder.node('Mul', 'projected.weighted', [projected, builder.real('state_weight', shape.stateWeight)]),
    builder.node('Mul', 'embedded.weighted', [
      embedded,
      builder.real('embedding_weight', shape.embeddingWeight),
    ]),
  ]);
  const normed = builder.node(
    'LayerNormalization',
    'normed',
    [mixed, vector('state_norm.weight'), vector('state_norm.bias')],
    { axis: int(-1), epsilon: float(shape.normEpsilon) },
  );
  // Without an attribute it is the exact one, by the error function.
  const state = builder.node('Gelu', 'hidden_states', [normed]);
  matrices.multiplyTable(state, head, 'logits', 2);
  return builder.finish('mlp-speculator', {
    inputs: [
      value('input_ids', 'int64', ['rows']),
      value('target_states', 'float32', ['rows', width]),
      value('own_states', 'float32', ['rows', innerWidth]),
    ],
    outputs: [
      value('logits', 'float32', ['rows', vocabularySize]),
      value('hidden_states', 'float32', ['rows', innerWidth]),
    ],
  });
}

function value(name: string, elementType: OnnxValue['elementType'], shape: OnnxValue['shape']): OnnxValue {
  return { name, elementType, shape };
}
