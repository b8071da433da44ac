import { endsFirst } from './ends-first.js';

/**
 * The same pass lengths, so ordered that every beginning of the list covers the range: the powers of two, then lengths of two
 * significant binary digits such as 3, 6 and 12, then of three, and so on, of each first both ends, then the middles. Short
 * passes lie closest, since most drafts are short, and cost least. What is measured in this order may stop at any point and be
 * interpolated.
 */
export function coarseToFine(lengths: readonly number[]): number[] {
  const byDigits: number[][] = [];
  for (const length of lengths) (byDigits[significantDigits(length)] ??= []).push(length);
  return byDigits.flatMap(endsFirst);
}

/** Binary digits from the first one to the last 1. */
function significantDigits(value: number): number {
  return value.toString(2).replace(/0+$/, '').length;
}
