import { blockElements, wholeBlocks } from './block-format.js';
import { float16ToFloat32, float32ToFloat16 } from './float16.js';

const half = blockElements / 2;
const blockBytes = 18;

/**
 * GGUF Q4_0: blocks of 32 elements, a float16 scale and 32 numbers from 0 to 15 that stand for -8 to 7;
 * bit for bit what llama.cpp's reference quantiser makes.
 *
 * @param values float32, a multiple of 32.
 */
export function quantizeQ4_0(values: Float32Array): Uint8Array {
  const blocks = wholeBlocks(values.length, blockElements);
  const bytes = new Uint8Array(blocks * blockBytes);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < blocks; block++) {
    const start = block * blockElements;
    let extreme = 0;
    for (let index = 0; index < blockElements; index++) {
      const value = values[start + index] as number;
      if (Math.abs(value) > Math.abs(extreme)) extreme = value;
    }
    const scale = Math.fround(extreme / -8);
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    view.setUint16(block * blockBytes, float32ToFloat16(scale), true);
    const level = (index: number): number => {
      const scaled = Math.fround((values[start + index] as number) * inverse);
      // A cast to int8 first, as in C on x86: 0 where the inverse of a denormal scale is infinite.
      return Math.min(15, (Math.fround(scaled + 8.5) << 24) >> 24);
    };
    for (let index = 0; index < half; index++) {
      bytes[block * blockBytes + 2 + index] = level(index) | (level(index + half) << 4);
    }
  }
  return bytes;
}

/** @param bytes whole blocks. */
export function dequantizeQ4_0(bytes: Uint8Array): Float32Array {
  const blocks = wholeBlocks(bytes.length, blockBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(blocks * blockElements);
  for (let block = 0; block < blocks; block++) {
    const scale = float16ToFloat32(view.getUint16(block * blockBytes, true));
    for (let index = 0; index < half; index++) {
      const pair = view.getUint8(block * blockBytes + 2 + index);
      values[block * blockElements + index] = scale * ((pair & 15) - 8);
      values[block * blockElements + half + index] = scale * ((pair >> 4) - 8);
    }
  }
  return values;
}
