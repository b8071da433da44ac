import { DecoderContext } from './decoder-context.js';
import type { DecoderWeights } from '../weights/decoder-weights.js';
import { feedForward } from './feed-forward.js';
import { GraphBuilder } from '../file/graph-builder.js';
import type { GraphManifest } from '../graph-manifest.js';
import type { GraphLayout } from '../layout/graph-layout.js';
import type { Matrix } from './matrix-writer.js';
import { addAndNorm, norm } from './norms.js';
import type { OnnxGraph } from '../file/onnx-model.js';
import { projectHeads, selfAttention } from './self-attention.js';
import { softCap } from './soft-cap.js';

/** The graph of a llama-like decoder, from token ids to logits. */
export function decoderGraph(
  weights: DecoderWeights,
  manifest: GraphManifest,
  layout: GraphLayout,
): OnnxGraph {
  const builder = new GraphBuilder();
  const context = new DecoderContext(builder, weights, manifest);
  const { layers, vocabularySize, width } = weights.shape;
  const table = (name: string, stored: string): Matrix => ({
    name,
    parts: [{ name: stored, rows: vocabularySize }],
    columns: width,
  });
  const embedding = table('embedding', 'token_embd.weight');

  const attention = layout.attention(context);
  let residual = scaledEmbedding(context, context.matrices.lookUp('input_ids', embedding, 'embedded'));
  let normed = norm(context, residual, 'blk.0.attn_norm', 'embedded.normed');
  for (let layer = 0; layer < layers; layer++) {
    let heads = selfAttention(context, layer, normed, attention);
    if (layer === layers - 1) {
      // No later layer attends to these rows, so from here on only the wanted ones are computed.
      heads = layout.wantedRows(context, heads);
      residual = layout.wantedRows(context, residual);
    }
    const attended = outputNorm(
      context,
      projectHeads(context, layer, heads),
      `blk.${layer}.post_attention_norm`,
    );
    const middle = addAndNorm(context, residual, attended, `blk.${layer}.ffn_norm`, `layers.${layer}.middle`);
    const fed = outputNorm(context, feedForward(context, layer, middle.normed), `blk.${layer}.post_ffw_norm`);
    const [gain, output] =
      layer === layers - 1
        ? ['output_norm', layout.normedRows]
        : [`blk.${layer + 1}.attn_norm`, `layers.${layer}.end`];
    ({ sum: residual, normed } = addAndNorm(context, middle.sum, fed, gain, output));
  }

  const separate = weights.find('output.weight') !== undefined;
  const head = separate ? table('head', 'output.weight') : embedding;
  const { logitCap } = weights.shape;
  const product = logitCap === undefined ? 'logits' : 'logits.uncapped';
  context.matrices.multiplyTable(normed, head, product, layout.rowAxes);
  if (logitCap !== undefined) softCap(context, product, logitCap, 'logits');
  return builder.finish(manifest.architecture, layout.values(manifest));
}

function scaledEmbedding({ builder, shape }: DecoderContext, embedded: string): string {
  const { embeddingScale } = shape;
  if (embeddingScale === undefined) return embedded;
  const scale = builder.real('embedding_scale', embeddingScale);
  return builder.node('Mul', `${embedded}.scaled`, [embedded, scale]);
}

function outputNorm(context: DecoderContext, value: string, gain: string): string {
  return context.shape.outputNorms === true ? norm(context, value, gain, `${value}.normed`) : value;
}
