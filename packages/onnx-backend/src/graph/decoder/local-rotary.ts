import type { DecoderShape, RotarySettings } from '../weights/decoder-shape.js';

/** The rotation of layers with a window or without one, and the name of its tables: where both are one, so are these. */
export function rotaryOf(
  { rotary, local }: DecoderShape,
  isLocal: boolean,
): { readonly settings: RotarySettings; readonly name: string } {
  return isLocal && local !== undefined && local.rotary !== rotary
    ? { settings: local.rotary, name: 'rotary.local' }
    : { settings: rotary, name: 'rotary' };
}
