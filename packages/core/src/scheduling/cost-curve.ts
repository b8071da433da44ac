import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { lowerQuartile } from './lower-quartile.js';

/** Measured milliseconds by length: of a pass over n tokens, or of a round that drafts n tokens. */
export interface CostCurve {
  /** Ascending. */
  readonly lengths: readonly number[];
  /** One for every length; never falling. */
  readonly milliseconds: readonly number[];
}

/** A cost curve, and with what in the cache it was measured. */
export interface MeasuredCostCurve extends CostCurve {
  /** Tokens that were in the cache: fewer than asked for where the budget did not allow to read more. */
  readonly contextTokens: number;
}

/** Milliseconds at `length`: linear between measured lengths, with the last slope beyond them. */
export function costAt({ lengths, milliseconds }: CostCurve, length: number): number {
  const exact = lengths.indexOf(length);
  if (exact >= 0) return milliseconds[exact] as number;
  const after = lengths.findIndex((measured) => measured > length);
  const right = after < 0 ? lengths.length - 1 : after;
  const left = right - 1;
  if (left < 0)
    throw new InvalidArgumentError(`Costs measured at ${lengths.join(', ')} say nothing about ${length}.`);
  const [x0, x1] = [lengths[left] as number, lengths[right] as number];
  const [y0, y1] = [milliseconds[left] as number, milliseconds[right] as number];
  return y0 + ((y1 - y0) * (length - x0)) / (x1 - x0);
}

/**
 * The lower quartiles of samples by length: disturbances only ever add time. Made non-falling the same way: more
 * work never costs less, so a length costs at most what a longer one was measured at. Lengths without samples are
 * left out.
 */
export function costCurve(samples: ReadonlyMap<number, readonly number[]>): CostCurve {
  const lengths = [...samples.keys()]
    .filter((length) => (samples.get(length) as readonly number[]).length > 0)
    .toSorted((left, right) => left - right);
  const milliseconds = lengths.map((length) => lowerQuartile(samples.get(length) as readonly number[]));
  for (let index = milliseconds.length - 2; index >= 0; index--) {
    milliseconds[index] = Math.min(milliseconds[index] as number, milliseconds[index + 1] as number);
  }
  return { lengths, milliseconds };
}
