/**
 * Reorders the rows of a query or key projection: Hugging Face rotates element i with i + width / 2 of a
 * head, llama.cpp's llama architecture rotates neighbours, so each head's two halves are interleaved.
 *
 * @param values [heads * width, columns], row after row.
 */
export function permuteRows(values: Float32Array, heads: number, columns: number): Float32Array {
  const permuted = new Float32Array(values.length);
  const width = values.length / columns / heads;
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < width; row++) {
      const source = head * width + (row % 2) * (width / 2) + (row >> 1);
      permuted.set(values.subarray(source * columns, (source + 1) * columns), (head * width + row) * columns);
    }
  }
  return permuted;
}
