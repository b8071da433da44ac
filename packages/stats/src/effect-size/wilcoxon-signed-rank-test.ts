import { normalCdf } from '../distributions/normal-cdf.js';
import type { Alternative } from './alternative.js';
import { exactPairLimit } from './exact-pair-limit.js';
import { doubledMidRanks } from './mid-ranks.js';
import { nonzeroDifferences } from './nonzero-differences.js';
import { signedRankLaw } from './signed-rank-law.js';

export interface WilcoxonSignedRankTest {
  /** Sum of the (mid-)ranks of the positive differences. */
  readonly statistic: number;
  /** Chance of a statistic at least as extreme where differences are symmetric about 0. */
  readonly pValue: number;
  /** Differences that were not 0; zeros say nothing about the direction and are left out. */
  readonly count: number;
  readonly method: 'exact' | 'normal';
}

/**
 * Wilcoxon's signed-rank test that differences are symmetric about 0. "The candidate is significantly slower"
 * is `wilcoxonSignedRankTest(logRatios(times), 'less')`.
 *
 * Ranks the absolute differences, ties sharing their mean rank, and compares the sum of the positive ones'
 * ranks with its law under random signs: exact (ties included) up to 1,000 differences, beyond that normal with
 * mean sum(r) / 2, variance sum(r^2) / 4 and a continuity correction. The two-sided p-value is twice the
 * smaller tail. Time O(n^3) exact, O(n log n) normal.
 * Source: Wilcoxon 1945, Biometrics Bulletin 1, 80-83; Pratt & Gibbons 1981, section 3.7, for ties.
 *
 * @param differences finite numbers, any unit, at least one.
 * @throws StatisticsError for no differences or one that is not finite.
 */
export function wilcoxonSignedRankTest(
  differences: ArrayLike<number>,
  alternative: Alternative = 'two-sided',
): WilcoxonSignedRankTest {
  const nonzero = nonzeroDifferences(differences);
  const doubledRanks = doubledMidRanks(nonzero.map((difference) => Math.abs(difference)));
  let doubledSum = 0;
  for (const [index, difference] of nonzero.entries()) {
    if (difference > 0) doubledSum += doubledRanks[index] as number;
  }
  const method = nonzero.length <= exactPairLimit ? 'exact' : 'normal';
  const tails =
    method === 'exact' ? exactTails(doubledRanks, doubledSum) : normalTails(doubledRanks, doubledSum);
  const pValue =
    alternative === 'two-sided' ? Math.min(1, 2 * Math.min(tails.less, tails.greater)) : tails[alternative];
  return { statistic: doubledSum / 2, pValue, count: nonzero.length, method };
}

/** Chances of a sum at most, and at least, the one observed. */
interface Tails {
  readonly less: number;
  readonly greater: number;
}

function exactTails(doubledRanks: Int32Array, doubledSum: number): Tails {
  const law = signedRankLaw(doubledRanks);
  // The law is symmetric, so the upper tail is the lower tail of the mirrored sum: no subtraction from 1.
  return {
    less: Math.min(1, sumUpTo(law, doubledSum)),
    greater: Math.min(1, sumUpTo(law, law.length - 1 - doubledSum)),
  };
}

function sumUpTo(law: Float64Array, last: number): number {
  let sum = 0;
  for (let index = 0; index <= last; index++) sum += law[index] as number;
  return sum;
}

function normalTails(doubledRanks: Int32Array, doubledSum: number): Tails {
  let total = 0;
  let squares = 0;
  for (const rank of doubledRanks) {
    total += rank;
    squares += rank * rank;
  }
  const deviation = Math.sqrt(squares) / 2;
  // Half a rank, which is 1 in doubled ranks.
  return {
    less: normalCdf((doubledSum - total / 2 + 1) / deviation),
    greater: normalCdf((total / 2 - doubledSum + 1) / deviation),
  };
}
