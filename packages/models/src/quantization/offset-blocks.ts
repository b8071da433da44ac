import { blockElements } from './block-format.js';
import { blockDecoder, type Dequantize } from './decode-blocks.js';
import { float16ToFloat32 } from './float16.js';

const half = blockElements / 2;

/** GGUF Q4_1: a float16 scale, a float16 minimum, and 32 numbers from 0 to 15, the second half in the upper bits. */
export const dequantizeQ4_1: Dequantize = blockDecoder(20, blockElements, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at, true));
  const minimum = float16ToFloat32(view.getUint16(at + 2, true));
  for (let index = 0; index < half; index++) {
    const pair = view.getUint8(at + 4 + index);
    values[start + index] = Math.fround((pair & 15) * scale) + minimum;
    values[start + half + index] = Math.fround((pair >> 4) * scale) + minimum;
  }
});

/** GGUF Q5_0: a float16 scale, the fifth bits, and 32 numbers from 0 to 31 that stand for -16 to 15. */
export const dequantizeQ5_0: Dequantize = blockDecoder(22, blockElements, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at, true));
  const fifths = view.getUint32(at + 2, true);
  for (let index = 0; index < half; index++) {
    const pair = view.getUint8(at + 6 + index);
    values[start + index] = (((pair & 15) | fifthBit(fifths, index)) - 16) * scale;
    values[start + half + index] = (((pair >> 4) | fifthBit(fifths, index + half)) - 16) * scale;
  }
});

/** GGUF Q5_1: as Q5_0, from 0 up, with a float16 minimum after the scale. */
export const dequantizeQ5_1: Dequantize = blockDecoder(24, blockElements, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at, true));
  const minimum = float16ToFloat32(view.getUint16(at + 2, true));
  const fifths = view.getUint32(at + 4, true);
  for (let index = 0; index < half; index++) {
    const pair = view.getUint8(at + 8 + index);
    values[start + index] = Math.fround(((pair & 15) | fifthBit(fifths, index)) * scale) + minimum;
    values[start + half + index] =
      Math.fround(((pair >> 4) | fifthBit(fifths, index + half)) * scale) + minimum;
  }
});

function fifthBit(fifths: number, index: number): number {
  return ((fifths >>> index) & 1) << 4;
}
