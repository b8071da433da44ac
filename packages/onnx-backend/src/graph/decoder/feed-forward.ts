import type { DecoderContext } from './decoder-context.js';
import { float, int, text } from '../file/graph-builder.js';

/**
 * Gated feed-forward (Shazeer 2020, SwiGLU and GEGLU): down(silu(gate(x)) * up(x)), or gelu in its form with tanh; gate
 * and up in one product.
 */
export function feedForward(context: DecoderContext, layer: number, input: string): string {
  const { builder, matrices, manifest, shape } = context;
  const name = `layers.${layer}.feed_forward`;
  const stored = `blk.${layer}`;
  const both = matrices.multiply(
    input,
    {
      name: `${name}.gate_up`,
      parts: [
        { name: `${stored}.ffn_gate.weight`, rows: shape.feedForwardWidth },
        { name: `${stored}.ffn_up.weight`, rows: shape.feedForwardWidth },
      ],
      columns: shape.width,
    },
    `${name}.both`,
  );
  const [gate, up] = builder.nodes('Split', [`${name}.gate`, `${name}.up`], [both], {
    axis: int(-1),
    num_outputs: int(2),
  }) as [string, string];
  const activated = `${name}.activated`;
  // With alpha 1, QuickGelu is x * sigmoid(x).
  if (shape.gate === 'gelu') builder.node('Gelu', activated, [gate], { approximate: text('tanh') });
  else if (manifest.decomposed) builder.node('Swish', activated, [gate]);
  else builder.contrib('QuickGelu', [activated], [gate], { alpha: float(1) });
  const gated = builder.node('Mul', `${name}.gated`, [activated, up]);
  return matrices.multiply(
    gated,
    {
      name: `${name}.down`,
      parts: [{ name: `${stored}.ffn_down.weight`, rows: shape.width }],
      columns: shape.feedForwardWidth,
    },
    `${name}.output`,
  );
}
