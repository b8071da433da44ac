/**
 * The same values, so ordered that every beginning of the list covers the range: both ends, then the middle, then the
 * middles of the halves. What is measured in this order may stop at any point and be interpolated.
 */
export function coarseToFine<Value>(values: readonly Value[]): Value[] {
  const last = values.length - 1;
  const order = new Set(values.length === 0 ? [] : [0, last]);
  for (let parts = 2; order.size < values.length; parts *= 2) {
    for (let part = 1; part < parts; part += 2) order.add(Math.round((part * last) / parts));
  }
  return [...order].map((index) => values[index] as Value);
}
