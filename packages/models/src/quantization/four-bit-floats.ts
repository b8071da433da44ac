import { blockDecoder, type Dequantize } from './decode-blocks.js';

// Formats of 4-bit floats (E2M1: sign, two bits of exponent, one of mantissa) with a small float as their scale.

/** Twice what each E2M1 stands for; scales are halved. */
const levels = Int8Array.of(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

/** GGUF MXFP4 (OCP Microscaling Formats 1.0): 32 elements, their scale a power of 2. */
export const dequantizeMXFP4: Dequantize = blockDecoder(17, 32, (view, at, values, start) => {
  putPairs(view, at + 1, 16, 2 ** (view.getUint8(at) - 128), values, start);
});

/** GGUF NVFP4: 64 elements; every 16 have a scale in E4M3 without a sign. */
export const dequantizeNVFP4: Dequantize = blockDecoder(36, 64, (view, at, values, start) => {
  for (let part = 0; part < 4; part++) {
    const scale = halfE4M3(view.getUint8(at + part));
    putPairs(view, at + 4 + 8 * part, 8, scale, values, start + 16 * part);
  }
});

function halfE4M3(byte: number): number {
  const exponent = (byte >> 3) & 15;
  const mantissa = byte & 7;
  // What would be NaN is 0, as in llama.cpp.
  if (byte === 0x7f) return 0;
  return exponent === 0 ? mantissa * 2 ** -10 : (8 + mantissa) * 2 ** (exponent - 11);
}

/** Byte i of a run holds elements i and i + count. */
function putPairs(
  view: DataView,
  at: number,
  count: number,
  scale: number,
  values: Float32Array,
  start: number,
): void {
  for (let index = 0; index < count; index++) {
    const pair = view.getUint8(at + index);
    values[start + index] = (levels[pair & 15] as number) * scale;
    values[start + count + index] = (levels[pair >> 4] as number) * scale;
  }
}
