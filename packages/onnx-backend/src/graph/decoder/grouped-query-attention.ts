import { UnsupportedError } from '@foretoken/core';
import type { Attention } from './attention-layer.js';
import type { DecoderContext } from './decoder-context.js';
import { float, int } from '../file/graph-builder.js';
import { spareSlots } from '../graph-manifest.js';
import { rotaryOf } from './local-rotary.js';
import { rotaryTables } from './rotary-tables.js';

/** What the operator is told of a pass. */
export interface GroupedQueryPass {
  /** int32 [batch]: slots in use after the pass, less one. */
  readonly lengthsLessOne: string;
  /** int32 []. */
  readonly totalLength: string;
  /** int64 [batch, n]; otherwise those that follow the past. */
  readonly positions?: string;
  /** float32 [batch, 1, n, total]; only with positions. */
  readonly bias?: string;
  /** Of layers with a window, likewise; without it the operator cuts the window off by slots. */
  readonly localBias?: string | undefined;
}

/**
 * Attention as one operator of ONNX Runtime, rotary embedding and cache update included. Queries, keys and
 * values come packed; past and present may be one buffer, which is then updated in place.
 */
export function groupedQueryAttention(
  { builder, shape, manifest }: DecoderContext,
  pass: GroupedQueryPass,
): Attention {
  if (shape.headWidth % 16 !== 0 || shape.rotary.width % 16 !== 0) {
    throw new UnsupportedError(
      `ONNX Runtime's fused attention wants heads and rotations in multiples of 16 elements, not ${shape.headWidth} and ${shape.rotary.width}: choose the option decomposed.`,
    );
  }
  const half = manifest.cacheType === 'float16';
  // The operator wants all its inputs in the cache's type.
  const asCacheType = (name: string): string =>
    half ? builder.node('Cast', `${name}.float16`, [name], { to: int(10) }) : name;
  /** What several layers use is cast once. */
  const shared = new Map<string, string>();
  const asShared = (name: string): string => {
    const cast = shared.get(name) ?? asCacheType(name);
    shared.set(name, cast);
    return cast;
  };
  const sharedInputs = (local: boolean): readonly string[] => {
    // The operator wants a row for every slot, although positions end earlier.
    const { settings, name } = rotaryOf(shape, local);
    const { cosine, sine } = rotaryTables(settings, manifest.contextLength + spareSlots, name);
    const bias = local ? (pass.localBias ?? pass.bias) : pass.bias;
    return [
      pass.lengthsLessOne,
      pass.totalLength,
      asShared(builder.tensor(cosine)),
      asShared(builder.tensor(sine)),
      ...(pass.positions === undefined ? [] : [pass.positions]),
      ...(bias === undefined ? [] : [asShared(bias)]),
    ];
  };
  const attributes = {
    num_heads: int(shape.heads),
    kv_num_heads: int(shape.keyValueHeads),
    do_rotary: int(1),
    ...(shape.attentionScale === undefined ? {} : { scale: float(shape.attentionScale) }),
    ...(shape.attentionCap === undefined ? {} : { softcap: float(shape.attentionCap) }),
  };
  const windowed =
    shape.local === undefined || pass.localBias !== undefined
      ? attributes
      : { ...attributes, local_window_size: int(shape.local.window) };
  return (layer) => {
    const heads = half ? `${layer.output}.float16` : layer.output;
    builder.contrib(
      'GroupQueryAttention',
      [heads, layer.presentKey, layer.presentValue],
      [asCacheType(layer.packed), '', '', layer.pastKey, layer.pastValue, ...sharedInputs(layer.local)],
      layer.local ? windowed : attributes,
    );
    return half ? builder.node('Cast', layer.output, [heads], { to: int(1) }) : heads;
  };
}
