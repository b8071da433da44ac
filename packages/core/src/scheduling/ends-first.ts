/**
 * The same values, so ordered that every beginning of the list is spread over it: the first and the last one, the middle, the
 * quarters, and so on.
 */
export function endsFirst<Value>(values: readonly Value[]): Value[] {
  const last = values.length - 1;
  if (last < 1) return [...values];
  const order = new Set([0, last]);
  for (let parts = 2; order.size < values.length; parts *= 2) {
    for (let part = 1; part < parts; part += 2) order.add(Math.round((part * last) / parts));
  }
  return [...order].map((index) => values[index] as Value);
}
