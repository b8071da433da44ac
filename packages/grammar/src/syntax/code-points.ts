import type { CodePointRange } from './expression.js';

export const largestCodePoint = 0x10_ffff;
/** Surrogates are no characters: UTF-8 has no bytes for them. */
const surrogates: CodePointRange = [0xd800, 0xdfff];

export function isSurrogate(codePoint: number): boolean {
  return codePoint >= surrogates[0] && codePoint <= surrogates[1];
}

/** The same set in ascending order, in ranges that do not touch, without surrogates. */
export function normalizeRanges(ranges: readonly CodePointRange[]): CodePointRange[] {
  const merged: [number, number][] = [];
  for (const [first, last] of ranges.toSorted((left, right) => left[0] - right[0])) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged.flatMap(withoutSurrogates);
}

/** Every character that is in none of the ranges. */
export function complementRanges(ranges: readonly CodePointRange[]): CodePointRange[] {
  const complement: CodePointRange[] = [];
  let next = 0;
  for (const [first, last] of normalizeRanges([...ranges, surrogates].toSorted((a, b) => a[0] - b[0]))) {
    if (first > next) complement.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= largestCodePoint) complement.push([next, largestCodePoint]);
  return normalizeRanges(complement);
}

function withoutSurrogates([first, last]: CodePointRange): CodePointRange[] {
  const parts: CodePointRange[] = [
    [first, Math.min(last, surrogates[0] - 1)],
    [Math.max(first, surrogates[1] + 1), last],
  ];
  return parts.filter(([from, to]) => from <= to);
}
