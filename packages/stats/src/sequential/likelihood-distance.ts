/**
 * The total variation from the target to the nearest law whose likelihood is high enough: the least distance among
 * all laws p with sum over cells of counts log(p / base) >= threshold, where base is the target, or 1 in cells with
 * a target of 0.
 *
 * The best law within a distance d adds d to the cells drawn most often for their target, p = max(target, counts /
 * high), and takes it from those drawn least often, p = min(target, counts / low), each level set by d
 * (Karush-Kuhn-Tucker conditions of a concave problem). Its likelihood grows with d, so d is found by bisection; the
 * result is never too large. O(cells log cells).
 *
 * @param threshold at most the likelihood of the observed shares; 0 where that is the target's own.
 */
export function likelihoodDistance(
  counts: Float64Array,
  probabilities: Float64Array,
  threshold: number,
): number {
  let count = 0;
  let impossible = 0;
  let distance = 0;
  for (const [cell, hits] of counts.entries()) {
    count += hits;
    if (probabilities[cell] === 0) impossible += hits;
  }
  for (const [cell, hits] of counts.entries()) {
    distance += Math.abs(hits / count - (probabilities[cell] as number)) / 2;
  }
  if (impossible === 0 && threshold <= 0) return 0;
  const order = Array.from(counts, (_, cell) => cell)
    .filter((cell) => (counts[cell] as number) > 0 || (probabilities[cell] as number) > 0)
    .toSorted((one, other) => compareRatios(other, one));
  function compareRatios(one: number, other: number): number {
    // counts / target of one against the other's, without the division: a target may be 0.
    return (
      (counts[one] as number) * (probabilities[other] as number) -
      (counts[other] as number) * (probabilities[one] as number)
    );
  }
  const gaining = createLevels(order, counts, probabilities, 1);
  const losing = createLevels(order.toReversed(), counts, probabilities, -1);
  let low = 0;
  let high = distance;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (gaining(middle) + losing(middle) >= threshold) high = middle;
    else low = middle;
  }
  return low;
}

/**
 * Sum of counts log(p / base) over the cells that a distance reaches, as a function of it: the leading cells of the
 * order share their counts' worth of (their targets +- distance). The distance is above 0.
 */
function createLevels(
  order: readonly number[],
  counts: Float64Array,
  probabilities: Float64Array,
  sign: 1 | -1,
): (distance: number) => number {
  const prefixes: { readonly hits: number; readonly target: number; readonly logRatios: number }[] = [
    { hits: 0, target: 0, logRatios: 0 },
  ];
  for (const cell of order) {
    const { hits, target, logRatios } = prefixes.at(-1) as (typeof prefixes)[number];
    const own = counts[cell] as number;
    const probability = probabilities[cell] as number;
    prefixes.push({
      hits: hits + own,
      target: target + probability,
      logRatios: logRatios + (own === 0 ? 0 : own * Math.log(probability > 0 ? own / probability : own)),
    });
  }
  return (distance) => {
    // A prefix is right where the level it sets, hits / (target +- distance), lies between its last cell's ratio and the
    // next one's; the distance that each ratio corresponds to grows along the order, so the right one is found by halving.
    let low = 1;
    let high = order.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (reaches(middle, distance)) low = middle + 1;
      else high = middle;
    }
    const { hits, target, logRatios } = prefixes[low] as (typeof prefixes)[number];
    if (hits === 0) return 0;
    return logRatios - hits * Math.log(hits / (target + sign * distance));
  };

  /** Whether the distance goes beyond the first `length` cells of the order. */
  function reaches(length: number, distance: number): boolean {
    const next = order[length] as number;
    const { hits, target } = prefixes[length] as (typeof prefixes)[number];
    const nextHits = counts[next] as number;
    const nextTarget = probabilities[next] as number;
    // Level of the next cell's ratio: the prefix then holds mass hits x nextTarget / nextHits.
    const mass = nextHits === 0 ? (hits === 0 ? 0 : Infinity) : (hits * nextTarget) / nextHits;
    return sign === 1 ? mass < target + distance : mass > target - distance;
  }
}
