import { requireInteger, requireOpenProbability } from '../errors/require.js';

/**
 * The level of the j-th of any number of looks at accumulating draws, so that all looks together err with probability
 * alpha at most: alpha / (j (j + 1)). With it every fixed-n test of this package can be looked at along the way, at
 * draw counts fixed beforehand; doubling them from look to look costs little.
 *
 * Source: Boole's inequality; the sum of 1 / (j (j + 1)) over j >= 1 is 1. O(1).
 *
 * @param alpha of all looks together, above 0 and below 1.
 * @param look j, at least 1.
 * @throws StatisticsError for an alpha or look out of range.
 */
export function alphaOfLook(alpha: number, look: number): number {
  requireOpenProbability(alpha, 'alpha');
  requireInteger(look, 'look', 1);
  return alpha / (look * (look + 1));
}
