/**
 * Reorders the rows of a query or key projection from GGUF's order of the llama architecture, in which
 * neighbours are rotated, to the order in which element i of a head is rotated with i + rotated / 2.
 * Rows move whole, so their bytes stay as they are.
 *
 * @param bytes [heads * headWidth rows].
 * @param rotated elements of a head that are rotated, from its start.
 */
export function separateRotaryPairs(
  bytes: Uint8Array,
  heads: number,
  headWidth: number,
  rotated: number,
): Uint8Array {
  const rowBytes = bytes.length / (heads * headWidth);
  const separated = new Uint8Array(bytes);
  for (let head = 0; head < heads; head++) {
    for (let element = 0; element < rotated; element++) {
      const half = element < rotated / 2 ? 0 : 1;
      const source = head * headWidth + 2 * (element - half * (rotated / 2)) + half;
      const place = head * headWidth + element;
      separated.set(bytes.subarray(source * rowBytes, (source + 1) * rowBytes), place * rowBytes);
    }
  }
  return separated;
}
