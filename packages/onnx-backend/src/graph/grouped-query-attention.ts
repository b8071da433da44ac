import { type GraphBuilder, int } from './graph-builder.js';
import type { AttentionLayer } from './attention-layer.js';

/**
 * Attention as one operator of ONNX Runtime, rotary embedding and cache update included. Queries, keys and
 * values come packed; past and present may be one buffer, which is then updated in place.
 */
export function groupedQueryAttention(builder: GraphBuilder, layer: AttentionLayer): string {
  const { inputs, shape } = layer;
  const half = layer.cacheType === 'float16';
  const cast = (name: string): string =>
    half ? builder.node('Cast', `${layer.output}.${name}`, [name], { to: int(10) }) : name;
  const attended = half ? `${layer.output}.float16` : layer.output;
  builder.contrib(
    'GroupQueryAttention',
    [attended, layer.presentKey, layer.presentValue],
    [
      cast(layer.packed),
      '',
      '',
      layer.pastKey,
      layer.pastValue,
      inputs.lengthsLessOne,
      inputs.totalLength,
      inputs.cosine,
      inputs.sine,
      ...(inputs.tree === undefined ? [] : [inputs.tree.positions, inputs.tree.bias]),
    ],
    {
      num_heads: int(shape.heads),
      kv_num_heads: int(shape.keyValueHeads),
      do_rotary: int(1),
    },
  );
  return half ? builder.node('Cast', layer.output, [attended], { to: int(1) }) : attended;
}
