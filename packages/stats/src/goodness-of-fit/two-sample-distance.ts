/**
 * The largest |i n2 - j n1| over the ends of groups of equal values, where i values of the first sample and j of
 * the second lie at or below: n1 n2 times the Kolmogorov-Smirnov distance, an integer.
 */
export function largestLatticeDistance(
  pooled: { readonly fromFirst: Uint8Array; readonly groupEnds: Uint8Array },
  firstCount: number,
  secondCount: number,
): number {
  let largest = 0;
  let difference = 0;
  for (let step = 0; step < pooled.fromFirst.length; step++) {
    difference += pooled.fromFirst[step] === 1 ? secondCount : -firstCount;
    if (pooled.groupEnds[step] === 1) largest = Math.max(largest, Math.abs(difference));
  }
  return largest;
}

/**
 * The chance that a random order of n1 and n2 values reaches a lattice distance of at least `distance` at the
 * end of some group. The mass that has not reached it is carried from value to value by the number i of
 * first-sample values so far, the mass that reaches it is added up: a sum of positive terms, so that small
 * chances keep their digits.
 */
export function chanceOfDistance(
  distance: number,
  groupEnds: Uint8Array,
  firstCount: number,
  secondCount: number,
): number {
  const total = firstCount + secondCount;
  // The smaller sample is counted; the distance is the same for both.
  const counted = Math.min(firstCount, secondCount);
  const other = total - counted;
  const mass = new Float64Array(counted + 2);
  mass[0] = 1;
  let [least, most] = [0, 0];
  let reached = 0;
  for (let step = 0; step < total; step++) {
    const left = total - step;
    // In place, from the top: the next value is a counted one with the share of those that are left.
    for (let i = Math.min(most, counted); i >= least; i--) {
      const here = mass[i] as number;
      mass[i + 1] = (mass[i + 1] as number) + (here * (counted - i)) / left;
      mass[i] = (here * (other - (step - i))) / left;
    }
    most = Math.min(most + 1, counted);
    if (groupEnds[step] !== 1) continue;
    // i other - j counted with j = step + 1 - i
    const differenceAt = (i: number): number => i * total - (step + 1) * counted;
    while (most >= least && differenceAt(most) >= distance) {
      reached += mass[most] as number;
      mass[most] = 0;
      most -= 1;
    }
    while (most >= least && -differenceAt(least) >= distance) {
      reached += mass[least] as number;
      mass[least] = 0;
      least += 1;
    }
    if (most < least) return reached;
  }
  return Math.min(1, reached);
}
