import { kolmogorovLimitSurvival } from '../distributions/kolmogorov-limit-survival.js';
import { requireNumber } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';
import type { RandomSource } from '../random/random-source.js';
import { randomisedPValue } from './randomised-p-value.js';
import { chanceOfDistance, largestLatticeDistance } from './two-sample-distance.js';

/** Up to this many steps of the lattice, (n1 + n2) · min(n1, n2), the p-value is exact: half a second or so. */
const exactLimit = 2e8;

export interface KolmogorovSmirnovTwoSample {
  /** Largest distance between the two empirical distribution functions, 0 to 1. */
  readonly statistic: number;
  /** Chance of a distance at least as large where both samples come from one law, 0 to 1. */
  readonly pValue: number;
  readonly method: 'exact' | 'asymptotic';
  readonly firstCount: number;
  readonly secondCount: number;
}

/**
 * Two-sided two-sample Kolmogorov-Smirnov test: do two independent samples come from one law, whatever it is?
 *
 * Exact: given the pooled values, every assignment of them to the two samples is equally likely under the null
 * hypothesis, and the chance of a distance at least as large is counted along all lattice paths (Hodges, Arkiv
 * för Matematik 3, 1958). Ties are allowed, within and between the samples: distances count only where a group
 * of equal values ends (Schröer & Trenkler, Computational Statistics & Data Analysis 20, 1995). So it may be
 * used for discrete values too. Above (n1 + n2) min(n1, n2) = 2e8 the limit law of Smirnov (1939) is used,
 * which errs on the safe side where there are ties.
 *
 * Time O((n1 + n2) · min(n1, n2)) at most.
 *
 * @param first values of one sample, at least one, none NaN.
 * @param second values of the other.
 * @param options.random where given, the exact p-value is randomised and exactly uniform under the null
 *   hypothesis.
 * @throws StatisticsError where a sample is empty or a value is NaN.
 */
export function kolmogorovSmirnovTwoSampleTest(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  options: { readonly random?: RandomSource | undefined } = {},
): KolmogorovSmirnovTwoSample {
  requireValues(first, 'first');
  requireValues(second, 'second');
  const [firstCount, secondCount] = [first.length, second.length];
  const pooled = poolValues(first, second);
  const distance = largestLatticeDistance(pooled, firstCount, secondCount);
  const statistic = distance / firstCount / secondCount;
  const exact = (firstCount + secondCount) * Math.min(firstCount, secondCount) <= exactLimit;
  if (!exact) {
    const effective = 1 / (1 / firstCount + 1 / secondCount);
    const pValue = kolmogorovLimitSurvival(statistic * Math.sqrt(effective));
    return { statistic, pValue, method: 'asymptotic', firstCount, secondCount };
  }
  const atLeast = chanceOfDistance(distance, pooled.groupEnds, firstCount, secondCount);
  const larger =
    options.random === undefined
      ? 0
      : chanceOfDistance(distance + 1, pooled.groupEnds, firstCount, secondCount);
  const pValue = randomisedPValue(larger, Math.max(0, atLeast - larger), options.random);
  return { statistic, pValue, method: 'exact', firstCount, secondCount };
}

function requireValues(values: ArrayLike<number>, argument: string): void {
  if (values.length === 0) {
    throw new StatisticsError(`${argument} is empty; give at least one observation.`, {
      reason: 'empty',
      argument,
    });
  }
  for (let index = 0; index < values.length; index++) {
    requireNumber(values[index] as number, `${argument}[${index}]`);
  }
}

/** Both samples in one order: which sample each value is from, and where groups of equal values end. */
function poolValues(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): { readonly fromFirst: Uint8Array; readonly groupEnds: Uint8Array } {
  const all = [
    ...Array.from(first, (value) => ({ value, isFirst: 1 })),
    ...Array.from(second, (value) => ({ value, isFirst: 0 })),
  ];
  all.sort((left, right) => (left.value < right.value ? -1 : left.value > right.value ? 1 : 0));
  return {
    fromFirst: Uint8Array.from(all, ({ isFirst }) => isFirst),
    groupEnds: Uint8Array.from(all, ({ value }, index) => Number(value !== all[index + 1]?.value)),
  };
}
