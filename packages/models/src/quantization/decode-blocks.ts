import { wholeBlocks } from './block-format.js';

/** Writes a block's values: bytes at `at` of the view to `values` from `start` on. */
export type DecodeBlock = (view: DataView, at: number, values: Float32Array, start: number) => void;

/** Whole blocks to float32. @throws InvalidArgumentError for an incomplete block. */
export type Dequantize = (bytes: Uint8Array) => Float32Array;

/** What dequantises blocks of so many bytes and elements. */
export function blockDecoder(blockBytes: number, blockLength: number, decode: DecodeBlock): Dequantize {
  return (bytes) => {
    const blocks = wholeBlocks(bytes.length, blockBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const values = new Float32Array(blocks * blockLength);
    for (let block = 0; block < blocks; block++)
      decode(view, block * blockBytes, values, block * blockLength);
    return values;
  };
}
