import { InvalidArgumentError } from '../errors/invalid-argument-error.js';

/** t(n): milliseconds of one pass over n new tokens, the host work on its rows included. */
export interface PassCostCurve {
  /** Ascending, from 1. */
  readonly lengths: readonly number[];
  /** One for every length; never falling. */
  readonly milliseconds: readonly number[];
}

/**
 * Milliseconds of a pass over `count` tokens, 0 or more: linear between measured lengths, with the last
 * slope beyond them.
 */
export function passCost(curve: PassCostCurve, count: number): number {
  if (count === 0) return 0;
  const { lengths, milliseconds } = curve;
  const after = lengths.findIndex((length) => length >= count);
  if (after >= 0 && lengths[after] === count) return milliseconds[after] as number;
  const right = after < 0 ? lengths.length - 1 : after;
  const left = right - 1;
  if (left < 0) {
    throw new InvalidArgumentError(`A pass cost curve measured at ${lengths} says nothing about ${count}.`);
  }
  const [x0, x1] = [lengths[left] as number, lengths[right] as number];
  const [y0, y1] = [milliseconds[left] as number, milliseconds[right] as number];
  return y0 + ((y1 - y0) * (count - x0)) / (x1 - x0);
}
