import type { StoredWeight } from './decoder-weights.js';

/** Of a matrix in memory at a time: 16 MiB as float32. */
const mostElements = 2 ** 22;

/** A matrix in portions of whole rows, at least one. @param read the bytes of some rows. */
export async function* rowPortions(
  { rows, columns }: Pick<StoredWeight, 'rows' | 'columns'>,
  read: (rows: { readonly from: number; readonly count: number }) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const most = Math.max(1, Math.floor(mostElements / columns));
  for (let from = 0; from < rows; from += most) yield read({ from, count: Math.min(most, rows - from) });
}
