import { decomposedAttention } from '../decoder/decomposed-attention.js';
import type { DecoderContext } from '../decoder/decoder-context.js';
import { groupedQueryAttention } from '../decoder/grouped-query-attention.js';
import { maskBias, type PassSlots, passSlots, rotations } from '../decoder/pass-values.js';
import { withinWindow } from '../decoder/sliding-window.js';
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
  const { manifest, shape } = context;
  const lengths = { lengthsLessOne: 'seqlens_k', totalLength: 'total_sequence_length' };
  if (!manifest.trees) return groupedQueryAttention(context, lengths);
  return groupedQueryAttention(context, {
    ...lengths,
    positions: 'position_ids',
    bias: 'attention_bias',
    // The operator would count the window in slots, of which a tree takes more than it is deep.
    localBias: shape.local && windowBias(context, passSlots(context, totalLength(context)), 'attention_bias'),
  });
}

function totalLength({ builder }: DecoderContext): string {
  return builder.node('Cast', 'total', ['total_sequence_length'], { to: int(7) });
}

/** The bias, with what is outside of the window masked. */
function windowBias(context: DecoderContext, slots: PassSlots, bias: string): string {
  const { shape, manifest } = context;
  const positions = manifest.trees ? 'position_ids' : undefined;
  const near = withinWindow(context, slots, shape.local?.window ?? shape.contextLength, positions);
  return maskBias(context, near, 'bias.local', bias);
}

function apart(context: DecoderContext): Attention {
  const { builder, manifest, shape } = context;
  const batchAxis = builder.integers('axis_0', [0]);
  const total = totalLength(context);
  const slots = passSlots(context, total);
  const { past, fresh, visible } = slots;
  const causal = maskBias(context, visible, 'causal_bias');
  const firstSlot = builder.node('Unsqueeze', 'slots.first', [past, batchAxis]);
  const slotCount = builder.node('Unsqueeze', 'slots.count', [total, batchAxis]);
  const positions = manifest.trees
    ? 'position_ids'
    : builder.node('Unsqueeze', 'positions', [fresh, batchAxis]);
  const half = manifest.cacheType === 'float16';
  const bias = manifest.trees ? builder.node('Add', 'bias', [causal, 'attention_bias']) : causal;
  const turns = rotations(context, positions);
  return decomposedAttention(context, {
    global: { bias, ...turns.global },
    local: shape.local && {
      bias: windowBias(context, slots, bias),
      ...turns.local,
    },
    updateCache: (rows, before, after) => {
      const stored = half ? builder.node('Cast', `${rows}.float16`, [rows], { to: int(10) }) : rows;
      builder.node('TensorScatter', after, [before, stored, firstSlot], { axis: int(-2) });
      const slotAxis = builder.integers('axis_2', [2]);
      const used = builder.node('Slice', `${after}.used`, [after, batchAxis, slotCount, slotAxis]);
      return half ? builder.node('Cast', `${after}.float32`, [used], { to: int(1) }) : used;
    },
  });
}
