import type { CountedShare, DraftShares } from './acceptance-data.js';

export interface CommittedTokens {
  /** Expected tokens of a round, at least 1. */
  readonly mean: number;
  /** Standard deviation of that expectation over its mean, from the counts alone. */
  readonly relativeDeviation: number;
}

/**
 * Expected committed tokens of rounds that ask for `length` tokens: 1 + the sum over positions of the chance that all
 * up to there are proposed and accepted (Leviathan et al. 2211.17192, equation 1, by position). Its deviation is that of
 * the Beta posteriors of the counts, to first order (delta method).
 *
 * Positions beyond those that were counted are taken to go on as the last one. O(length).
 */
export function committedTokens(
  { proposed, accepted }: Pick<DraftShares, 'proposed' | 'accepted'>,
  length: number,
): CommittedTokens {
  const factors: { share: CountedShare; position: number; counted: string }[] = [];
  const survivals: number[] = [];
  let survival = 1;
  for (let position = 0; position < length; position++) {
    for (const [counted, shares] of [
      ['proposed', proposed],
      ['accepted', accepted],
    ] as const) {
      const at = Math.min(position, shares.length - 1);
      const share = shares[at] as CountedShare;
      survival *= share.mean;
      factors.push({ share, position, counted: `${counted} ${at}` });
    }
    survivals.push(survival);
  }
  const mean = survivals.reduce((sum, value) => sum + value, 1);
  // Of the mean by each share; a share that goes on for later positions has the sum of them.
  const slopes = new Map<string, { slope: number; variance: number }>();
  let tail = mean - 1;
  let passed = 0;
  for (const { share, position, counted } of factors) {
    for (; passed < position; passed++) tail -= survivals[passed] as number;
    const slope = (slopes.get(counted)?.slope ?? 0) + tail / share.mean;
    slopes.set(counted, { slope, variance: share.variance });
  }
  let variance = 0;
  for (const known of slopes.values()) variance += known.slope ** 2 * known.variance;
  return { mean, relativeDeviation: Math.sqrt(variance) / mean };
}
