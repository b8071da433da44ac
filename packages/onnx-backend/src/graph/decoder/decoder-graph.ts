import { decomposedAttention } from './decomposed-attention.js';
import { DecoderContext } from './decoder-context.js';
import type { DecoderWeights } from '../weights/decoder-weights.js';
import { feedForward } from './feed-forward.js';
import { GraphBuilder, int } from '../file/graph-builder.js';
import type { GraphManifest } from '../graph-manifest.js';
import { graphValues } from '../graph-values.js';
import { groupedQueryAttention } from './grouped-query-attention.js';
import type { Matrix } from './matrix-writer.js';
import { addAndNorm, norm } from './norms.js';
import type { OnnxGraph } from '../file/onnx-model.js';
import { projectHeads, selfAttention } from './self-attention.js';

/** The graph of a llama-like decoder, from token ids to logits: what `GraphManifest` describes. */
export function decoderGraph(weights: DecoderWeights, manifest: GraphManifest): OnnxGraph {
  const builder = new GraphBuilder();
  const context = new DecoderContext(builder, weights, manifest);
  const { layers, vocabularySize, width } = weights.shape;
  const table = (name: string, stored: string): Matrix => ({
    name,
    parts: [{ name: stored, rows: vocabularySize }],
    columns: width,
  });
  const embedding = table('embedding', 'token_embd.weight');

  const attention = manifest.decomposed ? decomposedAttention(context) : groupedQueryAttention(context);
  const batchAxis = builder.integers('axis_0', [0]);
  const wantedRows = (value: string): string => {
    const flat = builder.node('Squeeze', `${value}.flat`, [value, batchAxis]);
    return builder.node('Gather', `${value}.wanted`, [flat, 'rows'], { axis: int(0) });
  };

  let residual = context.matrices.lookUp('input_ids', embedding, 'embedded');
  let normed = norm(context, residual, 'blk.0.attn_norm', 'embedded.normed');
  for (let layer = 0; layer < layers; layer++) {
    let heads = selfAttention(context, layer, normed, attention);
    if (layer === layers - 1) {
      // No later layer attends to these rows, so from here on only the wanted ones are computed.
      heads = wantedRows(heads);
      residual = wantedRows(residual);
    }
    const attended = projectHeads(context, layer, heads);
    const middle = addAndNorm(context, residual, attended, `blk.${layer}.ffn_norm`, `layers.${layer}.middle`);
    const fed = feedForward(context, layer, middle.normed);
    const [gain, output] =
      layer === layers - 1
        ? ['output_norm', 'hidden_states']
        : [`blk.${layer + 1}.attn_norm`, `layers.${layer}.end`];
    ({ sum: residual, normed } = addAndNorm(context, middle.sum, fed, gain, output));
  }

  const separate = weights.find('output.weight') !== undefined;
  context.matrices.multiplyTable(normed, separate ? table('head', 'output.weight') : embedding, 'logits');
  return builder.finish(manifest.architecture, graphValues(manifest));
}
