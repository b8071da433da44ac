import { poissonProbability } from './poisson-probability.js';

/**
 * P(D_n < d) and P(D_n >= d), each as a sum of positive terms, for 1/(2n) < d < 1.
 *
 * The number of points below t/n is a Poisson process on [0, n] given that it ends at n. The statistic stays
 * below d if the process stays within nd of the diagonal, which need only be checked where one of the two
 * boundaries passes an integer (2n times at most). The mass inside is carried from check to check; mass that
 * leaves is added up at once, weighted by the chance of ending at n from there, so that the upper tail is
 * not a difference. Same law as Durbin's matrix (Marsaglia, Tsang & Wang, J. Statistical Software 8, 2003), at
 * O(n · nd · jumps) instead of O((nd)³ log n); jumps beyond a chance of 1e-22 are left out.
 */
export function kolmogorovSmirnovBridge(
  statistic: number,
  sampleSize: number,
): { readonly inside: number; readonly outside: number } {
  const band = sampleSize * statistic;
  const end = poissonProbability(sampleSize, sampleSize);
  // Mass of every count inside, at indices least to most; the other array takes the next step.
  let mass = new Float64Array(sampleSize + 1);
  let moved = new Float64Array(sampleSize + 1);
  mass[0] = 1;
  let least = 0;
  let most = 0;
  let outside = 0;
  let left = sampleSize;
  const kernels = new Map<number, Float64Array>();
  const advance = (length: number): void => {
    const jumps = kernelOf(length, kernels);
    const reach = Math.min(most + jumps.length - 1, sampleSize);
    for (let count = least; count <= reach; count++) {
      let sum = 0;
      const first = Math.max(least, count - jumps.length + 1);
      for (let from = first; from <= most && from <= count; from++) {
        sum += (mass[from] as number) * (jumps[count - from] as number);
      }
      moved[count] = sum;
    }
    [mass, moved] = [moved, mass];
    most = reach;
  };
  const leave = (count: number, timeLeft: number): void => {
    outside += ((mass[count] as number) / end) * poissonProbability(sampleSize - count, timeLeft);
  };

  for (const { boundary, bound, length, timeLeft } of checks(band, sampleSize)) {
    advance(length);
    left = timeLeft;
    if (boundary === 'upper') {
      for (let count = bound; count <= most; count++) leave(count, timeLeft);
      most = Math.min(most, bound - 1);
    } else {
      for (let count = least; count <= bound; count++) leave(count, timeLeft);
      least = bound + 1;
    }
  }
  advance(left);
  const inside = (mass[sampleSize] as number) / end;
  // Both carry the rounding of up to 2n kernels, nearly the same for every path; it cancels in the shares.
  const total = inside + outside;
  return { inside: inside / total, outside: outside / total };
}

interface Check {
  /** At an upper check the count must be below `bound`, at a lower one above it. */
  readonly boundary: 'upper' | 'lower';
  readonly bound: number;
  /** Time since the check before, or since 0. */
  readonly length: number;
  readonly timeLeft: number;
}

/**
 * The checks in order of time: upper ones at bound - band, lower ones at bound + band. Lengths are differences
 * of integers and twice the band, so that they lose no digits and take few values.
 */
function* checks(band: number, sampleSize: number): Generator<Check> {
  let upper = Math.ceil(band);
  let lower = 0;
  let before: 'start' | 'upper' | 'lower' = 'start';
  while (lower + band < sampleSize) {
    // Time from the lower check to the upper one.
    const gap = upper - lower - 2 * band;
    if (gap <= 0 && upper <= sampleSize) {
      const length = before === 'start' ? upper - band : before === 'upper' ? 1 : gap + 1;
      yield { boundary: 'upper', bound: upper, length, timeLeft: sampleSize - upper + band };
      upper++;
      before = 'upper';
    } else {
      // The first check is an upper one: the band is at least 1/2.
      const length = before === 'upper' ? 1 - gap : 1;
      yield { boundary: 'lower', bound: lower, length, timeLeft: sampleSize - lower - band };
      lower++;
      before = 'lower';
    }
  }
}

/** Chances of 0, 1, 2, ... points in a stretch of the given length. */
function kernelOf(length: number, kernels: Map<number, Float64Array>): Float64Array {
  const known = kernels.get(length);
  if (known !== undefined) return known;
  const chances = [Math.exp(-length)];
  for (let count = 1; ; count++) {
    const chance = ((chances[count - 1] as number) * length) / count;
    if (chance < 1e-22) break;
    chances.push(chance);
  }
  const kernel = Float64Array.from(chances);
  kernels.set(length, kernel);
  return kernel;
}
