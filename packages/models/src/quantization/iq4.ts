import { blockElements } from './block-format.js';
import { blockDecoder, type Dequantize } from './decode-blocks.js';
import { float16ToFloat32 } from './float16.js';

/** What the 16 levels of the IQ4 formats stand for. */
const levels = Int8Array.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

/** GGUF IQ4_NL: a float16 scale and 32 levels that are not evenly spaced. */
export const dequantizeIQ4_NL: Dequantize = blockDecoder(18, blockElements, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at, true));
  decodeLevels(view, at + 2, values, start, scale);
});

/** GGUF IQ4_XS: 8 sub-blocks of such levels in 256 elements, with scales of 6 bits. */
export const dequantizeIQ4_XS: Dequantize = blockDecoder(136, 256, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at, true));
  const high = view.getUint16(at + 2, true);
  for (let sub = 0; sub < 8; sub++) {
    const low = (view.getUint8(at + 4 + (sub >> 1)) >> (4 * (sub & 1))) & 15;
    const small = (low | (((high >> (2 * sub)) & 3) << 4)) - 32;
    decodeLevels(view, at + 8 + sub * 16, values, start + sub * blockElements, Math.fround(scale * small));
  }
});

function decodeLevels(view: DataView, at: number, values: Float32Array, start: number, scale: number): void {
  for (let index = 0; index < blockElements / 2; index++) {
    const pair = view.getUint8(at + index);
    values[start + index] = scale * (levels[pair & 15] as number);
    values[start + blockElements / 2 + index] = scale * (levels[pair >> 4] as number);
  }
}
