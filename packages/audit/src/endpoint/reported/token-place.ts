import { type ReportedLaw, rankOf } from '../reported-law.js';

/**
 * The randomised place of a token among all outcomes of its law, by falling probability and the unreported ones last:
 * uniform on [0, 1) where the token follows the law, whatever the law is (randomised probability integral transform,
 * Brockwell 2007). O(reported tokens).
 *
 * @param uniform in [0, 1), independent of the draw.
 * @returns undefined where the law gives the token no chance.
 */
export function tokenPlace(law: ReportedLaw, key: string, uniform: number): number | undefined {
  const rank = rankOf(law, key);
  const own = rank < law.tokens.length ? (law.tokens[rank]?.probability as number) : law.unreported;
  if (own === 0) return undefined;
  const before = law.tokens.slice(0, rank).reduce((sum, { probability }) => sum + probability, 0);
  // Rounding of the sum must not reach 1.
  return Math.min(1 - Number.EPSILON, before + own * uniform);
}
