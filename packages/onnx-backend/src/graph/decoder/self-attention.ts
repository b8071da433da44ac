import type { Attention } from './attention-layer.js';
import type { DecoderContext } from './decoder-context.js';

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
    packed,
    pastKey: `past_key_values.${layer}.key`,
    pastValue: `past_key_values.${layer}.value`,
    presentKey: `present.${layer}.key`,
    presentValue: `present.${layer}.value`,
    output: `${name}.heads`,
  });
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
