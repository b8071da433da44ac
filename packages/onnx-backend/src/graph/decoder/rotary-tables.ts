import { UnsupportedError } from '@foretoken/core';
import type { RotarySettings } from '../weights/decoder-shape.js';
import type { OnnxTensor } from '../file/onnx-model.js';

/**
 * Cosines and sines of every position and pair, [positions, width / 2] each, computed in float64.
 * GGUF stores no more than the settings, so each engine computes them itself.
 *
 * @param name of the tables in the graph, before `.cosine` and `.sine`.
 */
export function rotaryTables(
  { base, width, factors }: RotarySettings,
  positions: number,
  name = 'rotary',
): { readonly cosine: OnnxTensor; readonly sine: OnnxTensor } {
  if (positions > 2 ** 24)
    throw new UnsupportedError(`${positions} positions: give a smaller contextLength.`);
  const pairs = width / 2;
  const frequencies = Float64Array.from(factors, (factor, pair) => base ** ((-2 * pair) / width) / factor);
  const table = (kind: string, wave: (angle: number) => number): OnnxTensor => ({
    name: `${name}.${kind}`,
    elementType: 'float32',
    shape: [positions, pairs],
    data: () => {
      const values = new Float32Array(positions * pairs);
      for (let position = 0; position < positions; position++) {
        for (let pair = 0; pair < pairs; pair++) {
          values[position * pairs + pair] = wave(position * (frequencies[pair] as number));
        }
      }
      return new Uint8Array(values.buffer);
    },
  });
  return { cosine: table('cosine', Math.cos), sine: table('sine', Math.sin) };
}
