import { InvalidArgumentError } from '../errors/invalid-argument-error.js';

/** Measured milliseconds by length: of a pass over n tokens, or of a round that drafts n tokens. */
export interface CostCurve {
  /** Ascending. */
  readonly lengths: readonly number[];
  /** One for every length; never falling. */
  readonly milliseconds: readonly number[];
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

/** The medians of samples by length, made non-falling: more work never costs less, and noise might say so. */
export function costCurve(lengths: readonly number[], samples: readonly (readonly number[])[]): CostCurve {
  let floor = 0;
  const milliseconds = samples.map((values) => {
    floor = Math.max(floor, median(values));
    return floor;
  });
  return { lengths, milliseconds };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
