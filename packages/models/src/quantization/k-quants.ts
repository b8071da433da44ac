import { blockDecoder, type Dequantize } from './decode-blocks.js';
import { float16ToFloat32 } from './float16.js';

// The K formats of llama.cpp: super-blocks of 256 elements whose 8 or 16 sub-blocks have small scales of their own.

const superBlock = 256;

/** GGUF Q2_K: 16 sub-blocks of numbers from 0 to 3, with scales and minima of 4 bits. */
export const dequantizeQ2_K: Dequantize = blockDecoder(84, superBlock, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at + 80, true));
  const minimum = float16ToFloat32(view.getUint16(at + 82, true));
  for (let index = 0; index < superBlock; index++) {
    const small = view.getUint8(at + (index >> 4));
    const level = (view.getUint8(at + 16 + (index >> 7) * 32 + (index & 31)) >> (2 * ((index >> 5) & 3))) & 3;
    const step = Math.fround(scale * (small & 15));
    values[start + index] = Math.fround(step * level) - Math.fround(minimum * (small >> 4));
  }
});

/** GGUF Q3_K: 16 sub-blocks of numbers from -4 to 3, the third bits apart, with scales of 6 bits. */
export const dequantizeQ3_K: Dequantize = blockDecoder(110, superBlock, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at + 108, true));
  for (let index = 0; index < superBlock; index++) {
    const half = index >> 7;
    const pair = (index >> 5) & 3;
    const level = (view.getUint8(at + 32 + half * 32 + (index & 31)) >> (2 * pair)) & 3;
    const third = (view.getUint8(at + (index & 31)) >> (4 * half + pair)) & 1;
    const step = Math.fround(scale * (sixBitScale(view, at + 96, index >> 4) - 32));
    values[start + index] = step * (level - (third === 1 ? 0 : 4));
  }
});

/** The 16 scales of Q3_K: four low bits in eight bytes, two high bits in four. */
function sixBitScale(view: DataView, at: number, sub: number): number {
  const low = (view.getUint8(at + (sub & 7)) >> (sub < 8 ? 0 : 4)) & 15;
  const high = (view.getUint8(at + 8 + (sub & 3)) >> (2 * (sub >> 2))) & 3;
  return low | (high << 4);
}

/** GGUF Q4_K: 8 sub-blocks of numbers from 0 to 15, with scales and minima of 6 bits. */
export const dequantizeQ4_K: Dequantize = decoderWithMinima(144, 0);

/** GGUF Q5_K: as Q4_K, with the fifth bits apart. */
export const dequantizeQ5_K: Dequantize = decoderWithMinima(176, 32);

/** @param fifthBytes bytes with the fifth bits, before the others. */
function decoderWithMinima(blockBytes: number, fifthBytes: number): Dequantize {
  return blockDecoder(blockBytes, superBlock, (view, at, values, start) => {
    const scale = float16ToFloat32(view.getUint16(at, true));
    const minimum = float16ToFloat32(view.getUint16(at + 2, true));
    for (let sub = 0; sub < 8; sub++) {
      const step = Math.fround(scale * scaleOf(view, at + 4, sub));
      const least = Math.fround(minimum * minimumOf(view, at + 4, sub));
      const shift = 4 * (sub & 1);
      for (let index = 0; index < 32; index++) {
        const low = (view.getUint8(at + 16 + fifthBytes + (sub >> 1) * 32 + index) >> shift) & 15;
        const fifth = fifthBytes === 0 ? 0 : (view.getUint8(at + 16 + index) >> sub) & 1;
        values[start + sub * 32 + index] = Math.fround(step * (low + 16 * fifth)) - least;
      }
    }
  });
}

/** The 8 scales of Q4_K and Q5_K: four of 6 bits, four in what those leave of the 12 bytes. */
function scaleOf(view: DataView, at: number, sub: number): number {
  if (sub < 4) return view.getUint8(at + sub) & 63;
  return (view.getUint8(at + sub + 4) & 15) | ((view.getUint8(at + sub - 4) >> 6) << 4);
}

function minimumOf(view: DataView, at: number, sub: number): number {
  if (sub < 4) return view.getUint8(at + sub + 4) & 63;
  return (view.getUint8(at + sub + 4) >> 4) | ((view.getUint8(at + sub) >> 6) << 4);
}

/** GGUF Q6_K: 16 sub-blocks of numbers from -32 to 31, the upper two bits apart, with scales of a signed byte. */
export const dequantizeQ6_K: Dequantize = blockDecoder(210, superBlock, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at + 208, true));
  for (let index = 0; index < superBlock; index++) {
    const half = index >> 7;
    const quarter = (index >> 5) & 3;
    const low = view.getUint8(at + half * 64 + (index & 63)) >> (quarter < 2 ? 0 : 4);
    const high = view.getUint8(at + 128 + half * 32 + (index & 31)) >> (2 * quarter);
    const level = ((low & 15) | ((high & 3) << 4)) - 32;
    values[start + index] = Math.fround(scale * view.getInt8(at + 192 + (index >> 4))) * level;
  }
});
