import { blockElements, wholeBlocks } from './block-format.js';
import { float16ToFloat32, float32ToFloat16 } from './float16.js';

const blockBytes = 34;

/**
 * GGUF Q8_0: blocks of 32 elements, a float16 scale and 32 signed bytes; bit for bit what llama.cpp's
 * reference quantiser makes.
 *
 * @param values float32, a multiple of 32.
 */
export function quantizeQ8_0(values: Float32Array): Uint8Array {
  const blocks = wholeBlocks(values.length, blockElements);
  const bytes = new Uint8Array(blocks * blockBytes);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < blocks; block++) {
    let largest = 0;
    for (let index = 0; index < blockElements; index++) {
      largest = Math.max(largest, Math.abs(values[block * blockElements + index] as number));
    }
    const scale = Math.fround(largest / 127);
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    view.setUint16(block * blockBytes, float32ToFloat16(scale), true);
    for (let index = 0; index < blockElements; index++) {
      const scaled = Math.fround((values[block * blockElements + index] as number) * inverse);
      // roundf: halves away from zero.
      view.setInt8(block * blockBytes + 2 + index, Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5));
    }
  }
  return bytes;
}

/** @param bytes whole blocks. */
export function dequantizeQ8_0(bytes: Uint8Array): Float32Array {
  const blocks = wholeBlocks(bytes.length, blockBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(blocks * blockElements);
  for (let block = 0; block < blocks; block++) {
    const scale = float16ToFloat32(view.getUint16(block * blockBytes, true));
    for (let index = 0; index < blockElements; index++) {
      values[block * blockElements + index] = scale * view.getInt8(block * blockBytes + 2 + index);
    }
  }
  return values;
}
