import type { Attention, AttentionLayer } from './attention-layer.js';
import type { DecoderContext } from './decoder-context.js';
import { int, ints } from '../file/graph-builder.js';
import { maskedBias } from './masked-bias.js';
import { rotaryTables } from './rotary-tables.js';

/** Values that every layer uses, computed once. */
interface PassValues {
  /** float32 [n, total] or [1, 1, n, total]. */
  readonly bias: string;
  /** Of the new positions, float32 [1, 1, n, pairs]. */
  readonly cosine: string;
  readonly sine: string;
  /** The first new slot, int64 [1]. */
  readonly firstSlot: string;
  /** Slots in use after the pass, int64 [1]. */
  readonly slotCount: string;
}

/** Attention in ONNX's own operators: rotation, cache update, masked softmax. */
export function decomposedAttention(context: DecoderContext): Attention {
  const pass = passValues(context);
  return (layer) => attend(context, pass, layer);
}

function passValues({ builder, shape, manifest }: DecoderContext): PassValues {
  const zero = builder.integers('zero', 0);
  const one = builder.integers('one', 1);
  const axis = (index: number): string => builder.integers(`axis_${index}`, [index]);
  const total = builder.node('Cast', 'total', ['total_sequence_length'], { to: int(7) });
  const countShape = builder.node('Shape', 'tokens.shape', ['input_ids'], { start: int(1) });
  const past = builder.node('Sub', 'past', [
    total,
    builder.node('Squeeze', 'tokens.count', [countShape, axis(0)]),
  ]);
  const newSlots = builder.node('Range', 'slots.new', [past, total, one]);
  const visible = builder.node('LessOrEqual', 'visible', [
    builder.node('Range', 'slots', [zero, total, one]),
    builder.node('Unsqueeze', 'slots.new.column', [newSlots, axis(1)]),
  ]);
  const causal = builder.node('Where', 'causal_bias', [
    visible,
    builder.real('bias.visible', 0),
    builder.real('bias.masked', maskedBias),
  ]);
  const positions = manifest.trees
    ? 'position_ids'
    : builder.node('Unsqueeze', 'positions', [newSlots, axis(0)]);
  const tables = rotaryTables(shape.rotary, manifest.contextLength);
  const turn = (wave: 'cosine' | 'sine'): string => {
    const found = builder.node('Gather', `${wave}.found`, [builder.tensor(tables[wave]), positions], {
      axis: int(0),
    });
    return builder.node('Unsqueeze', wave, [found, axis(1)]);
  };
  return {
    bias: manifest.trees ? builder.node('Add', 'bias', [causal, 'attention_bias']) : causal,
    cosine: turn('cosine'),
    sine: turn('sine'),
    firstSlot: builder.node('Unsqueeze', 'slots.first', [past, axis(0)]),
    slotCount: builder.node('Unsqueeze', 'slots.count', [total, axis(0)]),
  };
}

function attend(context: DecoderContext, pass: PassValues, layer: AttentionLayer): string {
  const { builder } = context;
  const { heads, keyValueHeads, headWidth } = context.shape;
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
  const queries = rotate(context, pass, byHead(context, q, heads));
  const newKeys = rotate(context, pass, byHead(context, k, keyValueHeads));
  const keys = updateCache(context, pass, newKeys, layer.pastKey, layer.presentKey);
  const newValues = byHead(context, v, keyValueHeads);
  const values = updateCache(context, pass, newValues, layer.pastValue, layer.presentValue);

  // Heads that share keys and values become further rows of one product.
  const scale = builder.real('attention_scale', 1 / Math.sqrt(headWidth));
  const grouped = reshape('grouped', node('Mul', 'scaled', [queries, scale]), [
    1,
    keyValueHeads,
    -1,
    headWidth,
  ]);
  const turned = node('Transpose', 'keys.turned', [keys], { perm: ints([0, 1, 3, 2]) });
  const scores = reshape('scores', node('MatMul', 'products', [grouped, turned]), [1, heads, -1, 0]);
  const weights = node('Softmax', 'weights', [node('Add', 'biased', [scores, pass.bias])], { axis: int(-1) });
  const groupedWeights = reshape('weights.grouped', weights, [1, keyValueHeads, -1, 0]);
  const mixed = reshape('mixed', node('MatMul', 'sums', [groupedWeights, values]), [1, heads, -1, headWidth]);
  const byToken = node('Transpose', 'by_token', [mixed], { perm: ints([0, 2, 1, 3]) });
  const joined = builder.integers(`shape.0_0_${heads * headWidth}`, [0, 0, heads * headWidth]);
  return builder.node('Reshape', name, [byToken, joined]);
}

/** [1, n, count * headWidth] to [1, count, n, headWidth]. */
function byHead({ builder, shape }: DecoderContext, packed: string, count: number): string {
  const sizes = [0, 0, count, shape.headWidth];
  const split = builder.node('Reshape', `${packed}.split`, [
    packed,
    builder.integers(`shape.${sizes.join('_')}`, sizes),
  ]);
  return builder.node('Transpose', `${packed}.by_head`, [split], { perm: ints([0, 2, 1, 3]) });
}

/** Turns the pairs (i, i + half): x cos - y sin, y cos + x sin; what lies behind them stays. */
function rotate({ builder, shape }: DecoderContext, pass: PassValues, input: string): string {
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
    builder.node('Mul', `${value}.${wave}`, [value, pass[wave]]);
  const turnedX = builder.node('Sub', `${x}.turned`, [times(x, 'cosine'), times(y, 'sine')]);
  const turnedY = builder.node('Add', `${y}.turned`, [times(y, 'cosine'), times(x, 'sine')]);
  return builder.node('Concat', `${input}.rotated`, [turnedX, turnedY, ...unturned], { axis: int(-1) });
}

/** Writes the new rows into the cache; returns the slots in use, float32 [1, keyValueHeads, total, headWidth]. */
function updateCache(
  { builder, manifest }: DecoderContext,
  pass: PassValues,
  rows: string,
  past: string,
  present: string,
): string {
  const half = manifest.cacheType === 'float16';
  const stored = half ? builder.node('Cast', `${rows}.float16`, [rows], { to: int(10) }) : rows;
  builder.node('TensorScatter', present, [past, stored, pass.firstSlot], { axis: int(-2) });
  const used = builder.node('Slice', `${present}.used`, [
    present,
    builder.integers('axis_0', [0]),
    pass.slotCount,
    builder.integers('axis_2', [2]),
  ]);
  return half ? builder.node('Cast', `${present}.float32`, [used], { to: int(1) }) : used;
}
