import { GraphBuilder, int } from '../graph/file/graph-builder.js';
import type { OnnxGraph, OnnxValue } from '../graph/file/onnx-model.js';
import { DecoderContext } from '../graph/decoder/decoder-context.js';
import { feedForward } from '../graph/decoder/feed-forward.js';
import type { Matrix } from '../graph/decoder/matrix-writer.js';
import { addAndNorm, norm } from '../graph/decoder/norms.js';
import { projectHeads, selfAttention } from '../graph/decoder/self-attention.js';
import type { GraphManifest } from '../graph/graph-manifest.js';
import { graphValues } from '../graph/graph-values.js';
import { boundCacheLayout } from '../graph/layout/bound-cache-layout.js';
import type { DecoderWeights } from '../graph/weights/decoder-weights.js';

/**
 * The graph of an EAGLE head (Li et al. 2401.15077): embedding and feature are joined and projected, one decoder layer
 * follows, and its output is the next feature. There is no norm before the output matrix, which is the embedding's.
 *
 * Its interface is that of a decoder of one layer (see `GraphManifest`) with one input more: `features` float32
 * [1, n, width], the feature that goes with each token. `hidden_states` are the next features.
 */
export function eagleGraph(weights: DecoderWeights, manifest: GraphManifest): OnnxGraph {
  const builder = new GraphBuilder();
  const context = new DecoderContext(builder, weights, manifest);
  const { matrices } = context;
  const { vocabularySize, width } = weights.shape;
  const embedding: Matrix = {
    name: 'embedding',
    parts: [{ name: 'token_embd.weight', rows: vocabularySize }],
    columns: width,
  };
  const fusion: Matrix = { name: 'fusion', parts: [{ name: 'fc.weight', rows: width }], columns: 2 * width };

  const embedded = matrices.lookUp('input_ids', embedding, 'embedded');
  const joined = builder.node('Concat', 'joined', [embedded, 'features'], { axis: int(-1) });
  const fused = matrices.multiply(joined, fusion, 'fused');
  const normed = norm(context, fused, 'blk.0.attn_norm', 'fused.normed');
  const attention = boundCacheLayout.attention(context);
  const heads = selfAttention(context, 0, normed, attention);
  // No later layer attends to these rows, so from here on only the wanted ones are computed.
  const residual = boundCacheLayout.wantedRows(context, fused);
  const attended = projectHeads(context, 0, boundCacheLayout.wantedRows(context, heads));
  const middle = addAndNorm(context, residual, attended, 'blk.0.ffn_norm', 'layers.0.middle');
  const fed = feedForward(context, 0, middle.normed);
  const next = builder.node('Add', 'hidden_states', [middle.sum, fed]);
  matrices.multiplyTable(next, embedding, 'logits', 2);
  const { inputs, outputs } = graphValues(manifest);
  return builder.finish('eagle', { inputs: [...inputs, features(width)], outputs });
}

function features(width: number): OnnxValue {
  return { name: 'features', elementType: 'float32', shape: [1, 'tokens', width] };
}
