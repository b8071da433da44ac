import type { DecoderContext } from './decoder-context.js';
import { int } from '../file/graph-builder.js';
import { maskedBias } from './masked-bias.js';
import { rotaryTables } from './rotary-tables.js';

/** Cosine and sine of the positions int64 [batch, n], float32 [batch, 1, n, pairs]. */
export function rotations(
  { builder, shape, manifest }: DecoderContext,
  positions: string,
): { readonly cosine: string; readonly sine: string } {
  const tables = rotaryTables(shape.rotary, manifest.contextLength);
  const headAxis = builder.integers('axis_1', [1]);
  const turn = (wave: 'cosine' | 'sine'): string => {
    const table = builder.tensor(tables[wave]);
    const found = builder.node('Gather', `${wave}.found`, [table, positions], { axis: int(0) });
    return builder.node('Unsqueeze', wave, [found, headAxis]);
  };
  return { cosine: turn('cosine'), sine: turn('sine') };
}

/** The slots of a pass: how many there are before it and after it, and which the new tokens take. */
export interface PassSlots {
  /** int64 []. */
  readonly past: string;
  /** int64 [n]. */
  readonly fresh: string;
  /** bool [n, total]: true where a slot is that of the new token or before it. */
  readonly visible: string;
}

/** @param total slots in use after the pass, int64 []. */
export function passSlots({ builder }: DecoderContext, total: string): PassSlots {
  const zero = builder.integers('zero', 0);
  const one = builder.integers('one', 1);
  const countShape = builder.node('Shape', 'tokens.shape', ['input_ids'], { start: int(1) });
  const count = builder.node('Squeeze', 'tokens.count', [countShape, builder.integers('axis_0', [0])]);
  const past = builder.node('Sub', 'past', [total, count]);
  const fresh = builder.node('Range', 'slots.fresh', [past, total, one]);
  const all = builder.node('Range', 'slots', [zero, total, one]);
  const column = builder.node('Unsqueeze', 'slots.fresh.column', [fresh, builder.integers('axis_1', [1])]);
  return { past, fresh, visible: builder.node('LessOrEqual', 'visible', [all, column]) };
}

/** A mask as a bias: 0 where it is true. */
export function maskBias({ builder }: DecoderContext, visible: string, output: string): string {
  return builder.node('Where', output, [
    visible,
    builder.real('bias.visible', 0),
    builder.real('bias.masked', maskedBias),
  ]);
}
