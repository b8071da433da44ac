import type { DecoderContext } from './decoder-context.js';
import { int } from '../file/graph-builder.js';
import { maskedBias } from './masked-bias.js';
import { rotaryOf } from './local-rotary.js';
import { rotaryTables } from './rotary-tables.js';

/** Of new positions: float32 [batch, 1, n, pairs]. */
export interface Rotations {
  readonly cosine: string;
  readonly sine: string;
}

/** Cosine and sine of the positions int64 [batch, n], for layers without a window and with one. */
export function rotations(
  context: DecoderContext,
  positions: string,
): { readonly global: Rotations; readonly local: Rotations } {
  const global = rotationsOf(context, positions, false);
  const isShared = rotaryOf(context.shape, true).name === rotaryOf(context.shape, false).name;
  return { global, local: isShared ? global : rotationsOf(context, positions, true) };
}

function rotationsOf(
  { builder, shape, manifest }: DecoderContext,
  positions: string,
  local: boolean,
): Rotations {
  const { settings, name } = rotaryOf(shape, local);
  const tables = rotaryTables(settings, manifest.contextLength, name);
  const headAxis = builder.integers('axis_1', [1]);
  const turn = (wave: 'cosine' | 'sine'): string => {
    const table = builder.tensor(tables[wave]);
    const found = builder.node('Gather', `${table}.found`, [table, positions], { axis: int(0) });
    return builder.node('Unsqueeze', `${table}.turns`, [found, headAxis]);
  };
  return { cosine: turn('cosine'), sine: turn('sine') };
}

/** The slots of a pass: how many there are before it and after it, and which the new tokens take. */
export interface PassSlots {
  /** int64 []. */
  readonly past: string;
  /** int64 [n]. */
  readonly fresh: string;
  /** int64 [total]. */
  readonly all: string;
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
  return { past, fresh, all, visible: builder.node('LessOrEqual', 'visible', [all, column]) };
}

/** A mask as a bias: where it is true, 0 or the bias given. */
export function maskBias(
  { builder }: DecoderContext,
  visible: string,
  output: string,
  bias: string = builder.real('bias.visible', 0),
): string {
  return builder.node('Where', output, [visible, bias, builder.real('bias.masked', maskedBias)]);
}
