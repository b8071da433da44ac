import type { CopySource } from './copy-source.js';

/** Most places that one search looks at. */
const mostPlaces = 32;
/** Longest run of last tokens that is compared. */
export const longestReentry = 16;

/** A place where copying can go on. */
export interface Reentry {
  /** The source token to copy next. */
  readonly position: number;
  /** How many of the output's last tokens stand right before it. */
  readonly length: number;
}

/**
 * Where the output's last tokens stand in the source: the longest run, among equals the one that follows `near` most
 * closely, then the others by distance. Looks at no more than 32 places.
 */
export function findReentry(
  source: CopySource,
  output: readonly number[],
  near: number,
): Reentry | undefined {
  const places = source.places(output.at(-1) as number);
  let above = firstAtLeast(places, near);
  let below = above - 1;
  let best: Reentry | undefined;
  for (let looked = 0; looked < mostPlaces && (above < places.length || below >= 0); looked++) {
    // Those ahead first: an edit goes forward.
    const place = places[above < places.length ? above++ : below--] as number;
    let length = 1;
    while (
      length < longestReentry &&
      length <= place &&
      length < output.length &&
      source.tokens[place - length] === output[output.length - 1 - length]
    ) {
      length += 1;
    }
    if (best === undefined || length > best.length) best = { position: place + 1, length };
  }
  return best;
}

/** Index of the first of ascending numbers that is at least `least`; O(log count). */
function firstAtLeast(ascending: readonly number[], least: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
