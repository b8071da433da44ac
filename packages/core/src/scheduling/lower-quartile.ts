/** The lower quartile of times, at least one, in any order: disturbances only ever add time. */
export function lowerQuartile(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[(sorted.length - 1) >> 2] as number;
}
