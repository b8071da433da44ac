const goldenRatio = (Math.sqrt(5) - 1) / 2;

/**
 * The least value found of a function with one valley, by golden-section search: 60 evaluations. Whatever it
 * returns is a value of the function, so a bound that holds at every argument still holds.
 */
export function minimise(evaluate: (x: number) => number, from: number, to: number): number {
  let low = from;
  let high = to;
  let left = high - goldenRatio * (high - low);
  let right = low + goldenRatio * (high - low);
  let atLeft = evaluate(left);
  let atRight = evaluate(right);
  let least = Math.min(atLeft, atRight);
  for (let step = 0; step < 58; step++) {
    if (atLeft <= atRight) {
      high = right;
      right = left;
      atRight = atLeft;
      left = high - goldenRatio * (high - low);
      atLeft = evaluate(left);
      least = Math.min(least, atLeft);
    } else {
      low = left;
      left = right;
      atLeft = atRight;
      right = low + goldenRatio * (high - low);
      atRight = evaluate(right);
      least = Math.min(least, atRight);
    }
  }
  return least;
}
