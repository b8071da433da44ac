/** All ways to put `count` draws into `cells` cells. */
export function* enumerateCounts(count: number, cells: number): Generator<number[]> {
  if (cells === 1) {
    yield [count];
    return;
  }
  for (let first = 0; first <= count; first++) {
    for (const rest of enumerateCounts(count - first, cells - 1)) yield [first, ...rest];
  }
}

/** Probability of exactly these counts: the multinomial law. */
export function countsProbability(counts: readonly number[], law: readonly number[]): number {
  let logProbability = 0;
  let drawn = 0;
  for (const [cell, count] of counts.entries()) {
    if (count > 0 && law[cell] === 0) return 0;
    for (let draw = 1; draw <= count; draw++) {
      drawn++;
      logProbability += Math.log(law[cell] as number) + Math.log(drawn) - Math.log(draw);
    }
  }
  return Math.exp(logProbability);
}
