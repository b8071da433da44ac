import { decodeWeights } from '@foretoken/models';

/** Elements that share a scale, in GGUF's Q8_0 and Q4_0 as in MatMulNBits with `block_size` 32. */
export const blockElements = 32;

export interface QuantizedBlocks {
  /** Whole numbers above the zero point, [blocks][bytes of a block]. */
  readonly quants: Uint8Array;
  /** [blocks]. */
  readonly scales: Float32Array;
}

/** Q8_0 as MatMulNBits reads it with 8 bits: unsigned bytes with zero point 128. Nothing is rounded. */
export function blocksOfEightBits(bytes: Uint8Array): QuantizedBlocks {
  const count = bytes.length / 34;
  const quants = new Uint8Array(count * blockElements);
  for (let block = 0; block < count; block++) {
    for (let index = 0; index < blockElements; index++) {
      // Adding 128 to a signed byte is flipping the sign bit of its two's complement.
      quants[block * blockElements + index] = (bytes[block * 34 + 2 + index] as number) ^ 0x80;
    }
  }
  return { quants, scales: readScales(bytes, 34) };
}

/**
 * Q4_0 as MatMulNBits reads it with 4 bits: two neighbours a byte, the first in the low half, zero point 8.
 * (Q4_0 pairs element i with i + 16.)
 */
export function blocksOfFourBits(bytes: Uint8Array): QuantizedBlocks {
  const half = blockElements / 2;
  const count = bytes.length / 18;
  const quants = new Uint8Array(count * half);
  for (let block = 0; block < count; block++) {
    const level = (index: number): number => {
      const pair = bytes[block * 18 + 2 + (index % half)] as number;
      return index < half ? pair & 15 : pair >> 4;
    };
    for (let index = 0; index < half; index++) {
      quants[block * half + index] = level(2 * index) | (level(2 * index + 1) << 4);
    }
  }
  return { quants, scales: readScales(bytes, 18) };
}

/** A block begins with its scale in float16. */
function readScales(bytes: Uint8Array, blockBytes: number): Float32Array {
  const words = new Uint8Array((bytes.length / blockBytes) * 2);
  for (let block = 0; block < words.length / 2; block++) {
    words[block * 2] = bytes[block * blockBytes] as number;
    words[block * 2 + 1] = bytes[block * blockBytes + 1] as number;
  }
  return decodeWeights(words, 'F16');
}
