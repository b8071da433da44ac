import { UnsupportedError } from '@foretoken/core';
import { wholeBlocks } from './block-format.js';
import {
  dequantizeIQ1_M,
  dequantizeIQ1_S,
  dequantizeIQ2_S,
  dequantizeIQ2_XS,
  dequantizeIQ2_XXS,
  dequantizeIQ3_S,
  dequantizeIQ3_XXS,
} from './codebooks.js';
import { dequantizeQ1_0, dequantizeQ2_0, dequantizeTQ1_0, dequantizeTQ2_0 } from './few-levels.js';
import { dequantizeMXFP4, dequantizeNVFP4 } from './four-bit-floats.js';
import { dequantizeIQ4_NL, dequantizeIQ4_XS } from './iq4.js';
import {
  dequantizeQ2_K,
  dequantizeQ3_K,
  dequantizeQ4_K,
  dequantizeQ5_K,
  dequantizeQ6_K,
} from './k-quants.js';
import { dequantizeQ4_1, dequantizeQ5_0, dequantizeQ5_1 } from './offset-blocks.js';
import type { Dequantize } from './decode-blocks.js';
import { float16ToFloat32, float32ToFloat16 } from './float16.js';
import { dequantizeQ4_0, quantizeQ4_0 } from './q4-0.js';
import { dequantizeQ8_0, quantizeQ8_0 } from './q8-0.js';

/** Formats that this package writes, with llama.cpp's file type numbers. */
export const weightFormats = { F16: 1, Q4_0: 2, Q8_0: 7 } as const;

export type WeightFormat = keyof typeof weightFormats;

/** Where float16 ends: what rounds to more is infinite. */
const float16End = 65_520;

/** Magnitudes below this are finite in a format, by what its scale, or it itself, holds. */
export const formatEnds: Readonly<Record<'F32' | WeightFormat, number>> = {
  F32: Number.POSITIVE_INFINITY,
  F16: float16End,
  Q8_0: 127 * float16End,
  Q4_0: 8 * float16End,
};

type Encoder = (values: Float32Array) => Uint8Array;

const encoders: Readonly<Record<'F32' | WeightFormat, Encoder>> = {
  F32: (values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  F16: encodeFloat16,
  Q8_0: quantizeQ8_0,
  Q4_0: quantizeQ4_0,
};

const decoders: ReadonlyMap<string, Dequantize> = new Map<string, Dequantize>([
  ['F32', (bytes) => new Float32Array(copyOf(bytes, 4))],
  ['F16', (bytes) => decodeWords(bytes, float16ToFloat32)],
  ['BF16', (bytes) => decodeWords(bytes, bfloat16ToFloat32)],
  ['Q8_0', dequantizeQ8_0],
  ['Q4_0', dequantizeQ4_0],
  ['Q4_1', dequantizeQ4_1],
  ['Q5_0', dequantizeQ5_0],
  ['Q5_1', dequantizeQ5_1],
  ['Q2_K', dequantizeQ2_K],
  ['Q3_K', dequantizeQ3_K],
  ['Q4_K', dequantizeQ4_K],
  ['Q5_K', dequantizeQ5_K],
  ['Q6_K', dequantizeQ6_K],
  ['IQ4_NL', dequantizeIQ4_NL],
  ['IQ4_XS', dequantizeIQ4_XS],
  ['IQ3_S', dequantizeIQ3_S],
  ['IQ3_XXS', dequantizeIQ3_XXS],
  ['IQ2_S', dequantizeIQ2_S],
  ['IQ2_XS', dequantizeIQ2_XS],
  ['IQ2_XXS', dequantizeIQ2_XXS],
  ['IQ1_M', dequantizeIQ1_M],
  ['IQ1_S', dequantizeIQ1_S],
  ['TQ2_0', dequantizeTQ2_0],
  ['TQ1_0', dequantizeTQ1_0],
  ['Q2_0', dequantizeQ2_0],
  ['Q1_0', dequantizeQ1_0],
  ['MXFP4', dequantizeMXFP4],
  ['NVFP4', dequantizeNVFP4],
]);

/** float32 values to the bytes of a format. @throws InvalidArgumentError for an incomplete block. */
export function encodeWeights(values: Float32Array, format: 'F32' | WeightFormat): Uint8Array {
  return encoders[format](values);
}

/**
 * Bytes in a format of GGUF to float32, with llama.cpp's own bits: every format that it stores matrices in.
 *
 * @throws UnsupportedError for any other format; InvalidArgumentError for an incomplete block.
 */
export function decodeWeights(bytes: Uint8Array, format: string): Float32Array {
  const decoder = decoders.get(format);
  if (decoder === undefined) {
    throw new UnsupportedError(
      `Weights in ${format} cannot be read; ${[...decoders.keys()].join(', ')} can.`,
    );
  }
  return decoder(bytes);
}

// Plain loops: a typed array's own `from` with a function takes many times as long.

function encodeFloat16(values: Float32Array): Uint8Array {
  const words = new Uint16Array(values.length);
  for (let at = 0; at < values.length; at++) words[at] = float32ToFloat16(values[at] as number);
  return new Uint8Array(words.buffer);
}

function decodeWords(bytes: Uint8Array, decode: (word: number) => number): Float32Array {
  const words = new Uint16Array(copyOf(bytes, 2));
  const values = new Float32Array(words.length);
  for (let at = 0; at < words.length; at++) values[at] = decode(words[at] as number);
  return values;
}

/** Of its own memory, so that it begins where typed arrays can; a Buffer's own `slice` is no copy. */
function copyOf(bytes: Uint8Array, elementBytes: number): ArrayBuffer {
  wholeBlocks(bytes.length, elementBytes);
  return new Uint8Array(bytes).buffer;
}

const floatView = new Float32Array(1);
const bitsView = new Uint32Array(floatView.buffer);

/** bfloat16 is the upper half of a float32. */
function bfloat16ToFloat32(word: number): number {
  bitsView[0] = word << 16;
  return floatView[0] as number;
}
