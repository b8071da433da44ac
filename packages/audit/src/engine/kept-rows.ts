const kept = new WeakSet<Float32Array>();

/** A copy of a row of logits that will never change, so that what is worked out of it may be remembered by its array. */
export function keptRow(row: Float32Array): Float32Array {
  const copy = row.slice();
  kept.add(copy);
  return copy;
}

/** True for what `keptRow` gave; other rows may be buffers that are written anew for every position. */
export function isKeptRow(row: Float32Array): boolean {
  return kept.has(row);
}
