import type { RowCopy } from './onnx-session.js';

/**
 * Copies rows between tensors of [1, heads, rows, width] with the same heads and width, in order.
 *
 * @param elementBytes bytes of one element.
 */
export function copyTensorRows(
  from: Uint8Array,
  fromShape: readonly number[],
  to: Uint8Array,
  toShape: readonly number[],
  elementBytes: number,
  copies: readonly RowCopy[],
): void {
  const [, heads = 0, fromRows = 0, width = 0] = fromShape;
  const toRows = toShape[2] as number;
  const rowBytes = width * elementBytes;
  for (let head = 0; head < heads; head++) {
    for (const copy of copies) {
      const start = (head * fromRows + copy.from) * rowBytes;
      const rows = from.subarray(start, start + copy.count * rowBytes);
      to.set(rows, (head * toRows + copy.to) * rowBytes);
    }
  }
}
