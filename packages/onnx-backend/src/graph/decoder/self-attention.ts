import type { Attention } from './attention-layer.js';
import type { DecoderContext } from './decoder-context.js';
import { int } from '../file/graph-builder.js';
import { norm } from './norms.js';

/** A layer's heads up to the output projection: float32 [1, n, heads * headWidth]. */
export function selfAttention(
  context: DecoderContext,
  layer: number,
  input: string,
  attention: Attention,
): string {
  const { matrices, shape } = context;
  const name = `layers.${layer}.attention`;
  const queries = shape.heads * shape.headWidth;
  const keys = shape.keyValueHeads * shape.headWidth;
  const parts = (kind: string): { readonly name: string; readonly rows: number; readonly length: number }[] =>
    [
      ['q', queries],
      ['k', keys],
      ['v', keys],
    ].map(([part, rows]) => ({
      name: `blk.${layer}.attn_${part}.${kind}`,
      rows: rows as number,
      length: rows as number,
    }));
  const packed = matrices.multiply(
    input,
    { name: `${name}.qkv`, parts: parts('weight'), columns: shape.width },
    `${name}.packed`,
    context.optionalVector(`${name}.qkv.bias`, parts('bias')),
  );
  return attention({
    local: shape.local?.layers[layer] ?? false,
    packed: shape.headNorms === true ? normHeads(context, layer, packed) : packed,
    pastKey: `past_key_values.${layer}.key`,
    pastValue: `past_key_values.${layer}.value`,
    presentKey: `present.${layer}.key`,
    presentValue: `present.${layer}.value`,
    output: `${name}.heads`,
  });
}

/** Norms every head's queries and keys (Henry et al. 2020). */
function normHeads(context: DecoderContext, layer: number, packed: string): string {
  const { builder, shape } = context;
  const { heads, keyValueHeads, headWidth } = shape;
  const sizes = [heads, keyValueHeads, keyValueHeads].map((count) => count * headWidth);
  const [queries, keys, values] = builder.nodes(
    'Split',
    [`${packed}.queries`, `${packed}.keys`, `${packed}.values`],
    [packed, builder.integers('qkv_sizes', sizes)],
    { axis: int(-1) },
  ) as [string, string, string];
  const reshape = (value: string, output: string, axes: readonly number[]): string =>
    builder.node('Reshape', output, [value, builder.integers(`shape.${axes.join('_')}`, axes)]);
  const normed = (value: string, part: 'q' | 'k', count: number): string => {
    const byHead = reshape(value, `${value}.by_head`, [0, 0, count, headWidth]);
    const gain = `blk.${layer}.attn_${part}_norm`;
    const each = norm(context, byHead, gain, `${value}.normed_heads`, headWidth);
    return reshape(each, `${value}.normed`, [0, 0, count * headWidth]);
  };
  return builder.node(
    'Concat',
    `${packed}.normed`,
    [normed(queries, 'q', heads), normed(keys, 'k', keyValueHeads), values],
    { axis: int(-1) },
  );
}

/** The output projection: float32 [..., width]. */
export function projectHeads(context: DecoderContext, layer: number, heads: string): string {
  const { matrices, shape } = context;
  const stored = `blk.${layer}.attn_output`;
  return matrices.multiply(
    heads,
    {
      name: `layers.${layer}.attention.projection`,
      parts: [{ name: `${stored}.weight`, rows: shape.width }],
      columns: shape.heads * shape.headWidth,
    },
    `layers.${layer}.attention.output`,
    context.optionalVector(`layers.${layer}.attention.projection.bias`, [
      { name: `${stored}.bias`, length: shape.width },
    ]),
  );
}
