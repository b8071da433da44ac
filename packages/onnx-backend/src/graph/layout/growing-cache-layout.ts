import type { Attention } from '../decoder/attention-layer.js';
import { decomposedAttention } from '../decoder/decomposed-attention.js';
import type { DecoderContext } from '../decoder/decoder-context.js';
import { groupedQueryAttention } from '../decoder/grouped-query-attention.js';
import { maskBias, passSlots, rotations } from '../decoder/pass-values.js';
import { withinWindow } from '../decoder/sliding-window.js';
import type { OnnxValue } from '../file/onnx-model.js';
import { int } from '../file/graph-builder.js';
import type { GraphManifest } from '../graph-manifest.js';
import type { GraphLayout } from './graph-layout.js';

/**
 * The layout that transformers.js expects of a model that generates text, as the exports of onnx-community have
 * it: `attention_mask` int64 [batch, total] tells how many tokens there are, and `present` is `past` with the new
 * tokens behind it. Fused attention takes a batch of 1, and a mask of ones.
 *
 * @param numLogitsToKeep adds the input `num_logits_to_keep` int64 []: how many of the last rows become logits;
 *   0: all.
 */
export function growingCacheLayout(numLogitsToKeep: boolean): GraphLayout {
  return {
    values: (manifest) => growingCacheValues(manifest, numLogitsToKeep),
    attention: (context) => (context.manifest.decomposed ? apart(context) : fused(context)),
    wantedRows: ({ builder }, value) => {
      if (!numLogitsToKeep) return value;
      // The last k rows begin at -k; -0 is the beginning.
      const first = builder.node('Neg', `${value}.first`, ['num_logits_to_keep']);
      const start = builder.node('Unsqueeze', `${value}.start`, [first, builder.integers('axis_0', [0])]);
      return builder.node('Slice', `${value}.wanted`, [
        value,
        start,
        builder.integers('the_end', [Number.MAX_SAFE_INTEGER]),
        builder.integers('axis_1', [1]),
      ]);
    },
    rowAxes: 3,
    normedRows: 'normed',
  };
}

function growingCacheValues(
  { cacheType, layers, keyValueHeads, headWidth, vocabularySize }: GraphManifest,
  numLogitsToKeep: boolean,
): { readonly inputs: readonly OnnxValue[]; readonly outputs: readonly OnnxValue[] } {
  const cache = (side: string, length: string): OnnxValue[] =>
    Array.from({ length: layers }, (_, layer) =>
      ['key', 'value'].map((kind) => ({
        name: `${side}.${layer}.${kind}`,
        elementType: cacheType,
        shape: ['batch_size', keyValueHeads, length, headWidth],
      })),
    ).flat();
  const rows = numLogitsToKeep ? 'num_logits_to_keep' : 'sequence_length';
  return {
    inputs: [
      { name: 'input_ids', elementType: 'int64', shape: ['batch_size', 'sequence_length'] },
      { name: 'attention_mask', elementType: 'int64', shape: ['batch_size', 'total_sequence_length'] },
      { name: 'position_ids', elementType: 'int64', shape: ['batch_size', 'sequence_length'] },
      ...(numLogitsToKeep ? [{ name: 'num_logits_to_keep', elementType: 'int64', shape: [] } as const] : []),
      ...cache('past_key_values', 'past_sequence_length'),
    ],
    outputs: [
      { name: 'logits', elementType: 'float32', shape: ['batch_size', rows, vocabularySize] },
      ...cache('present', 'total_sequence_length'),
    ],
  };
}

/** Tokens after the pass, int64 []. */
function totalLength({ builder }: DecoderContext): string {
  const shape = builder.node('Shape', 'mask.shape', ['attention_mask'], { start: int(1) });
  return builder.node('Squeeze', 'total', [shape, builder.integers('axis_0', [0])]);
}

function fused(context: DecoderContext): Attention {
  const { builder } = context;
  const sums = builder.node('ReduceSum', 'mask.sums', ['attention_mask', builder.integers('axis_1', [1])], {
    keepdims: int(0),
  });
  const last = builder.node('Sub', 'mask.last', [sums, builder.integers('one', 1)]);
  return groupedQueryAttention(context, {
    lengthsLessOne: builder.node('Cast', 'lengths_less_one', [last], { to: int(6) }),
    totalLength: builder.node('Cast', 'total.int32', [totalLength(context)], { to: int(6) }),
    positions: 'position_ids',
  });
}

function apart(context: DecoderContext): Attention {
  const { builder, manifest, shape } = context;
  const slots = passSlots(context, totalLength(context));
  const given = builder.node('Cast', 'mask.given', ['attention_mask'], { to: int(9) });
  const byRow = builder.node('Unsqueeze', 'mask.by_row', [given, builder.integers('axes_1_2', [1, 2])]);
  const half = manifest.cacheType === 'float16';
  const bias = maskBias(context, builder.node('And', 'mask', [slots.visible, byRow]), 'bias');
  const turns = rotations(context, 'position_ids');
  return decomposedAttention(context, {
    global: { bias, ...turns.global },
    local: shape.local && {
      bias: maskBias(context, withinWindow(context, slots, shape.local.window), 'bias.local', bias),
      ...turns.local,
    },
    updateCache: (rows, past, present) => {
      const stored = half ? builder.node('Cast', `${rows}.float16`, [rows], { to: int(10) }) : rows;
      builder.node('Concat', present, [past, stored], { axis: int(2) });
      return half ? builder.node('Cast', `${present}.float32`, [present], { to: int(1) }) : present;
    },
  });
}
