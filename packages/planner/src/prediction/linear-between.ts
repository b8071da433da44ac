import { type CostCurve, costAt } from '@foretoken/core';

/**
 * What is known of some numbers of tokens, for all of them: linear between those, and as of the nearest one beyond them.
 *
 * @param known values by number of tokens.
 * @returns undefined where nothing is known.
 */
export function linearBetween(known: ReadonlyMap<number, number>): ((tokens: number) => number) | undefined {
  const lengths = [...known.keys()].toSorted((left, right) => left - right);
  const [least, most] = [lengths[0], lengths.at(-1)];
  if (least === undefined || most === undefined) return undefined;
  // A curve of any values is read as one of milliseconds is.
  const curve: CostCurve = { lengths, milliseconds: lengths.map((length) => known.get(length) as number) };
  return (tokens) => costAt(curve, Math.min(Math.max(tokens, least), most));
}
