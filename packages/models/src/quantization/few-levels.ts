import { blockDecoder, type Dequantize } from './decode-blocks.js';
import { float16ToFloat32 } from './float16.js';

// llama.cpp's formats with two, three or four levels that are whole multiples of a block's float16 scale.

/** GGUF Q1_0: 128 elements that are the scale or its negative. */
export const dequantizeQ1_0: Dequantize = blockDecoder(18, 128, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at, true));
  for (let index = 0; index < 128; index++) {
    const bit = (view.getUint8(at + 2 + (index >> 3)) >> (index & 7)) & 1;
    values[start + index] = bit === 1 ? scale : -scale;
  }
});

/** GGUF Q2_0: 64 numbers from -1 to 2. */
export const dequantizeQ2_0: Dequantize = blockDecoder(18, 64, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at, true));
  for (let index = 0; index < 64; index++) {
    const level = (view.getUint8(at + 2 + (index >> 2)) >> (2 * (index & 3))) & 3;
    values[start + index] = (level - 1) * scale;
  }
});

const superBlock = 256;

/**
 * GGUF TQ1_0: 256 numbers from -1 to 1, five of them a byte: the byte is their number in base 3 as a fraction of 256,
 * so that each multiplication by 3 carries the next digit out. Bytes come in runs, whose first digits stand first.
 */
export const dequantizeTQ1_0: Dequantize = blockDecoder(54, superBlock, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at + 52, true));
  let place = start;
  for (const { from, count, digits } of ternaryRuns) {
    for (let digit = 0; digit < digits; digit++) {
      for (let index = 0; index < count; index++) {
        const rest = (view.getUint8(at + from + index) * 3 ** digit) & 255;
        values[place++] = (((rest * 3) >> 8) - 1) * scale;
      }
    }
  }
});

const ternaryRuns = [
  { from: 0, count: 32, digits: 5 },
  { from: 32, count: 16, digits: 5 },
  { from: 48, count: 4, digits: 4 },
];

/** GGUF TQ2_0: 256 numbers from -1 to 2, of which models use three. */
export const dequantizeTQ2_0: Dequantize = blockDecoder(66, superBlock, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at + 64, true));
  for (let index = 0; index < superBlock; index++) {
    const level = (view.getUint8(at + (index >> 7) * 32 + (index & 31)) >> (2 * ((index >> 5) & 3))) & 3;
    values[start + index] = (level - 1) * scale;
  }
});
