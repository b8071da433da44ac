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

function endsFirst(values: readonly number[]): number[] {
  const last = values.length - 1;
  const order = new Set([0, last]);
  for (let parts = 2; order.size < values.length; parts *= 2) {
    for (let part = 1; part < parts; part += 2) order.add(Math.round((part * last) / parts));
  }
  return [...order].map((index) => values[index] as number);
}
