import { decomposedAttention } from '../decoder/decomposed-attention.js';
import type { DecoderContext } from '../decoder/decoder-context.js';
import { groupedQueryAttention } from '../decoder/grouped-query-attention.js';
import { maskBias, passSlots, rotations } from '../decoder/pass-values.js';
import type { Attention } from '../decoder/attention-layer.js';
import { int } from '../file/graph-builder.js';
import { graphValues } from '../graph-values.js';
import type { GraphLayout } from './graph-layout.js';

/** Our own layout: a cache of fixed size, bound as past and present at once; `GraphManifest` describes it. */
export const boundCacheLayout: GraphLayout = {
  values: graphValues,
  attention: (context) => (context.manifest.decomposed ? apart(context) : fused(context)),
  wantedRows: ({ builder }, value) => {
    const flat = builder.node('Squeeze', `${value}.flat`, [value, builder.integers('axis_0', [0])]);
    return builder.node('Gather', `${value}.wanted`, [flat, 'rows'], { axis: int(0) });
  },
  rowAxes: 2,
  normedRows: 'hidden_states',
};

function fused(context: DecoderContext): Attention {
  return groupedQueryAttention(context, {
    lengthsLessOne: 'seqlens_k',
    totalLength: 'total_sequence_length',
    ...(context.manifest.trees ? { positions: 'position_ids', bias: 'attention_bias' } : {}),
  });
}

function apart(context: DecoderContext): Attention {
  const { builder, manifest } = context;
  const batchAxis = builder.integers('axis_0', [0]);
  const total = builder.node('Cast', 'total', ['total_sequence_length'], { to: int(7) });
  const { past, fresh, visible } = passSlots(context, total);
  const causal = maskBias(context, visible, 'causal_bias');
  const firstSlot = builder.node('Unsqueeze', 'slots.first', [past, batchAxis]);
  const slotCount = builder.node('Unsqueeze', 'slots.count', [total, batchAxis]);
  const positions = manifest.trees
    ? 'position_ids'
    : builder.node('Unsqueeze', 'positions', [fresh, batchAxis]);
  const half = manifest.cacheType === 'float16';
  return decomposedAttention(context, {
    bias: manifest.trees ? builder.node('Add', 'bias', [causal, 'attention_bias']) : causal,
    ...rotations(context, positions),
    updateCache: (rows, before, after) => {
      const stored = half ? builder.node('Cast', `${rows}.float16`, [rows], { to: int(10) }) : rows;
      builder.node('TensorScatter', after, [before, stored, firstSlot], { axis: int(-2) });
      const slotAxis = builder.integers('axis_2', [2]);
      const used = builder.node('Slice', `${after}.used`, [after, batchAxis, slotCount, slotAxis]);
      return half ? builder.node('Cast', `${after}.float32`, [used], { to: int(1) }) : used;
    },
  });
}
