import type { Attention, AttentionLayer } from './attention-layer.js';
import type { DecoderContext } from './decoder-context.js';
import type { Rotations } from './pass-values.js';
import { softCap } from './soft-cap.js';
import { int, ints } from '../file/graph-builder.js';

/** What of a pass all layers with a window, or all without one, use. */
interface SpanValues extends Rotations {
  /** Added to the scores: float32, [n, total] or with more axes before these. */
  readonly bias: string;
}

/** What every layer's attention uses of a pass. */
export interface PassValues {
  readonly global: SpanValues;
  /** Of layers with a window; undefined where there is none. */
  readonly local: SpanValues | undefined;
  /**
   * Puts new rows of keys or values, float32 [batch, keyValueHeads, n, headWidth], behind those of the past, and
   * returns all that are in use, float32 [batch, keyValueHeads, total, headWidth].
   */
  readonly updateCache: (rows: string, past: string, present: string) => string;
}

/**
 * Attention in ONNX's own operators: rotation, cache update, masked softmax.
 *
 * ONNX Runtime multiplies a single row by another kernel than several, which rounds otherwise. Heads that share
 * keys and values make several rows of each token; where none do, a spare row is computed with every pass, so
 * that a token's row does not depend on how many others come with it.
 */
export function decomposedAttention(context: DecoderContext, pass: PassValues): Attention {
  const { heads, keyValueHeads } = context.shape;
  const hasSpareRow = heads === keyValueHeads;
  const spare = (span: SpanValues): SpanValues =>
    hasSpareRow ? { ...span, bias: withSpareRow(context, span.bias) } : span;
  const global = spare(pass.global);
  const local = pass.local && spare(pass.local);
  return (layer) =>
    attend(context, (layer.local ? local : undefined) ?? global, pass.updateCache, layer, hasSpareRow);
}

function attend(
  context: DecoderContext,
  span: SpanValues,
  updateCache: PassValues['updateCache'],
  layer: AttentionLayer,
  hasSpareRow: boolean,
): string {
  const { builder } = context;
  const { heads, keyValueHeads, headWidth, attentionScale, attentionCap } = context.shape;
  const name = layer.output;
  const node = (operator: string, part: string, inputs: readonly string[], attributes = {}): string =>
    builder.node(operator, `${name}.${part}`, inputs, attributes);
  const reshape = (part: string, input: string, shape: readonly number[]): string =>
    node('Reshape', part, [input, builder.integers(`shape.${shape.join('_')}`, shape)]);

  const sizes = [heads, keyValueHeads, keyValueHeads].map((count) => count * headWidth);
  const [q, k, v] = builder.nodes(
    'Split',
    [`${name}.q`, `${name}.k`, `${name}.v`],
    [layer.packed, builder.integers('qkv_sizes', sizes)],
    { axis: int(-1) },
  ) as [string, string, string];
  const queries = rotate(context, span, byHead(context, q, heads));
  const newKeys = rotate(context, span, byHead(context, k, keyValueHeads));
  const keys = updateCache(newKeys, layer.pastKey, layer.presentKey);
  const newValues = byHead(context, v, keyValueHeads);
  const values = updateCache(newValues, layer.pastValue, layer.presentValue);

  // Heads that share keys and values become further rows of one product.
  const scale = builder.real('attention_scale', attentionScale ?? 1 / Math.sqrt(headWidth));
  const scaled = node('Mul', 'scaled', [queries, scale]);
  const rows = hasSpareRow ? withSpareRow(context, scaled) : scaled;
  const grouped = reshape('grouped', rows, [0, keyValueHeads, -1, headWidth]);
  const turned = node('Transpose', 'keys.turned', [keys], { perm: ints([0, 1, 3, 2]) });
  const scores = reshape('scores', node('MatMul', 'products', [grouped, turned]), [0, heads, -1, 0]);
  const capped = attentionCap === undefined ? scores : softCap(context, scores, attentionCap);
  const weights = node('Softmax', 'weights', [node('Add', 'biased', [capped, span.bias])], { axis: int(-1) });
  const groupedWeights = reshape('weights.grouped', weights, [0, keyValueHeads, -1, 0]);
  const mixed = reshape('mixed', node('MatMul', 'sums', [groupedWeights, values]), [0, heads, -1, headWidth]);
  const wanted = hasSpareRow ? withoutSpareRow(context, mixed) : mixed;
  const byToken = node('Transpose', 'by_token', [wanted], { perm: ints([0, 2, 1, 3]) });
  const joined = builder.integers(`shape.0_0_${heads * headWidth}`, [0, 0, heads * headWidth]);
  return builder.node('Reshape', name, [byToken, joined]);
}

/** The first row of the last axis but one, again at the end. */
function withSpareRow({ builder }: DecoderContext, value: string): string {
  const [from, to] = [builder.integers('axis_0', [0]), builder.integers('axis_1', [1])];
  const row = builder.node('Slice', `${value}.spare`, [value, from, to, builder.integers('row_axis', [-2])]);
  return builder.node('Concat', `${value}.with_spare`, [value, row], { axis: int(-2) });
}

function withoutSpareRow({ builder }: DecoderContext, value: string): string {
  const [from, to] = [builder.integers('axis_0', [0]), builder.integers('last', [-1])];
  return builder.node('Slice', `${value}.wanted`, [value, from, to, builder.integers('row_axis', [-2])]);
}

/** [batch, n, count * headWidth] to [batch, count, n, headWidth]. */
function byHead({ builder, shape }: DecoderContext, packed: string, count: number): string {
  const sizes = [0, 0, count, shape.headWidth];
  const split = builder.node('Reshape', `${packed}.split`, [
    packed,
    builder.integers(`shape.${sizes.join('_')}`, sizes),
  ]);
  return builder.node('Transpose', `${packed}.by_head`, [split], { perm: ints([0, 2, 1, 3]) });
}

/** Turns the pairs (i, i + half): x cos - y sin, y cos + x sin; what lies behind them stays. */
function rotate({ builder, shape }: DecoderContext, span: SpanValues, input: string): string {
  const pairs = shape.rotary.width / 2;
  const rest = shape.headWidth - 2 * pairs;
  const sizes = builder.integers('rotary_sizes', rest === 0 ? [pairs, pairs] : [pairs, pairs, rest]);
  const outputs = [`${input}.x`, `${input}.y`, ...(rest === 0 ? [] : [`${input}.rest`])];
  const [x, y, ...unturned] = builder.nodes('Split', outputs, [input, sizes], { axis: int(-1) }) as [
    string,
    string,
    ...string[],
  ];
  const times = (value: string, wave: 'cosine' | 'sine'): string =>
    builder.node('Mul', `${value}.${wave}`, [value, span[wave]]);
  const turnedX = builder.node('Sub', `${x}.turned`, [times(x, 'cosine'), times(y, 'sine')]);
  const turnedY = builder.node('Add', `${y}.turned`, [times(y, 'cosine'), times(x, 'sine')]);
  return builder.node('Concat', `${input}.rotated`, [turnedX, turnedY, ...unturned], { axis: int(-1) });
}
