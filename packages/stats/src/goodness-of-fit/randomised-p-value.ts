import { drawUniform, type RandomSource } from '../random/random-source.js';

/**
 * A p-value from the chances of a larger and of an equal statistic: their sum, which a discrete law reaches too
 * seldom; or with a random source the larger plus a uniform share of the equal, which is exactly uniform under the
 * null hypothesis (Cox & Hinkley, Theoretical Statistics, 1974, section 3.2).
 */
export function randomisedPValue(larger: number, equal: number, random: RandomSource | undefined): number {
  return Math.min(1, larger + (random === undefined ? 1 : drawUniform(random)) * equal);
}
