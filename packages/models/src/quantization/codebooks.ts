import {
  type Codebook,
  gridIQ1,
  gridIQ2_S,
  gridIQ2_XS,
  gridIQ2_XXS,
  gridIQ3_S,
  gridIQ3_XXS,
} from './codebook-grids.js';
import { blockDecoder, type Dequantize } from './decode-blocks.js';
import { float16ToFloat32 } from './float16.js';

// llama.cpp's formats with codebooks: super-blocks of 256 elements in 8 groups of 32, whose elements are rows of a
// codebook times a small scale. Every product here has fewer bits than float32, so nothing is rounded.

const superBlock = 256;
const groups = 8;

/** 7 bits tell the signs of 8 elements: their number of minuses is even. */
const evenSigns = Uint8Array.from({ length: 128 }, (_, bits) => bits | (oddParity(bits) << 7));

function oddParity(bits: number): number {
  return bits === 0 ? 0 : (bits & 1) ^ oddParity(bits >> 1);
}

/** Writes a row of a codebook; bit j of the signs is the minus of element j. */
function putRow(
  { rowLength, values: rows }: Codebook,
  row: number,
  scale: number,
  signs: number,
  values: Float32Array,
  start: number,
): void {
  for (let index = 0; index < rowLength; index++) {
    const level = scale * (rows[row * rowLength + index] as number);
    values[start + index] = ((signs >> index) & 1) === 1 ? -level : level;
  }
}

/** GGUF IQ2_XXS: 4 rows of 8 in a group; a scale of 4 bits for the group. */
export const dequantizeIQ2_XXS: Dequantize = blockDecoder(66, superBlock, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at, true));
  for (let group = 0; group < groups; group++) {
    const from = at + 2 + 8 * group;
    const packed = view.getUint32(from + 4, true);
    const step = scale * (0.5 + (packed >>> 28)) * 0.25;
    for (let part = 0; part < 4; part++) {
      const signs = evenSigns[(packed >>> (7 * part)) & 127] as number;
      putRow(gridIQ2_XXS, view.getUint8(from + part), step, signs, values, start + 32 * group + 8 * part);
    }
  }
});

/** GGUF IQ2_XS: as IQ2_XXS, with a scale for each 16 elements. */
export const dequantizeIQ2_XS: Dequantize = blockDecoder(74, superBlock, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at, true));
  for (let part = 0; part < superBlock / 8; part++) {
    const packed = view.getUint16(at + 2 + 2 * part, true);
    const step = halfGroupStep(view.getUint8(at + 66 + (part >> 2)), part, scale);
    putRow(gridIQ2_XS, packed & 511, step, evenSigns[packed >> 9] as number, values, start + 8 * part);
  }
});

/** GGUF IQ2_S: as IQ2_XS, with a larger codebook and any signs. */
export const dequantizeIQ2_S: Dequantize = blockDecoder(82, superBlock, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at, true));
  for (let part = 0; part < superBlock / 8; part++) {
    const high = (view.getUint8(at + 66 + (part >> 2)) >> (2 * (part & 3))) & 3;
    const row = view.getUint8(at + 2 + part) | (high << 8);
    const step = halfGroupStep(view.getUint8(at + 74 + (part >> 2)), part, scale);
    putRow(gridIQ2_S, row, step, view.getUint8(at + 34 + part), values, start + 8 * part);
  }
});

/** A group's byte has the scales of its first and last 16 elements, which are rows 0 and 1, 2 and 3 of it. */
function halfGroupStep(scales: number, part: number, scale: number): number {
  return scale * (0.5 + ((part & 2) === 0 ? scales & 15 : scales >> 4)) * 0.25;
}

/** GGUF IQ3_XXS: 8 rows of 4 in a group; a scale of 4 bits for the group. */
export const dequantizeIQ3_XXS: Dequantize = blockDecoder(98, superBlock, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at, true));
  for (let group = 0; group < groups; group++) {
    const packed = view.getUint32(at + 66 + 4 * group, true);
    const step = scale * (0.5 + (packed >>> 28)) * 0.5;
    for (let part = 0; part < 8; part++) {
      const signs = (evenSigns[(packed >>> (7 * (part >> 1))) & 127] as number) >> (4 * (part & 1));
      const row = view.getUint8(at + 2 + 8 * group + part);
      putRow(gridIQ3_XXS, row, step, signs, values, start + 32 * group + 4 * part);
    }
  }
});

/** GGUF IQ3_S: as IQ3_XXS, with a larger codebook and any signs. */
export const dequantizeIQ3_S: Dequantize = blockDecoder(110, superBlock, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at, true));
  for (let group = 0; group < groups; group++) {
    const small = (view.getUint8(at + 106 + (group >> 1)) >> (4 * (group & 1))) & 15;
    const step = scale * (1 + 2 * small);
    const high = view.getUint8(at + 66 + group);
    for (let part = 0; part < 8; part++) {
      const row = view.getUint8(at + 2 + 8 * group + part) | (((high >> part) & 1) << 8);
      const signs = view.getUint8(at + 74 + 4 * group + (part >> 1)) >> (4 * (part & 1));
      putRow(gridIQ3_S, row, step, signs, values, start + 32 * group + 4 * part);
    }
  }
});

/** By how much a row of the IQ1 formats lies above or below its codebook's. */
const shift = 0.125;

function putShiftedRow(row: number, step: number, offset: number, values: Float32Array, start: number): void {
  const { rowLength, values: rows } = gridIQ1;
  for (let index = 0; index < rowLength; index++) {
    values[start + index] = step * ((rows[row * rowLength + index] as number) + offset);
  }
}

/** GGUF IQ1_S: 4 rows of 8 in a group; a scale of 3 bits and a shift for the group. */
export const dequantizeIQ1_S: Dequantize = blockDecoder(50, superBlock, (view, at, values, start) => {
  const scale = float16ToFloat32(view.getUint16(at, true));
  for (let group = 0; group < groups; group++) {
    const packed = view.getUint16(at + 34 + 2 * group, true);
    const step = scale * (2 * ((packed >> 12) & 7) + 1);
    const offset = (packed & 0x8000) === 0 ? shift : -shift;
    for (let part = 0; part < 4; part++) {
      const row = view.getUint8(at + 2 + 4 * group + part) | (((packed >> (3 * part)) & 7) << 8);
      putShiftedRow(row, step, offset, values, start + 32 * group + 8 * part);
    }
  }
});

/** GGUF IQ1_M: as IQ1_S, with a scale for each 16 elements and a shift for each 8; its own scale in four pieces. */
export const dequantizeIQ1_M: Dequantize = blockDecoder(56, superBlock, (view, at, values, start) => {
  const word = (index: number): number => view.getUint16(at + 48 + 2 * index, true);
  const scale = float16ToFloat32(
    (word(0) >> 12) | ((word(1) >> 8) & 0xf0) | ((word(2) >> 4) & 0xf00) | (word(3) & 0xf000),
  );
  for (let part = 0; part < superBlock / 8; part++) {
    const small = (word(part >> 3) >> (3 * ((part >> 1) & 3))) & 7;
    const high = (view.getUint8(at + 32 + (part >> 1)) >> (4 * (part & 1))) & 15;
    const row = view.getUint8(at + part) | ((high & 7) << 8);
    putShiftedRow(row, scale * (2 * small + 1), (high & 8) === 0 ? shift : -shift, values, start + 8 * part);
  }
});
