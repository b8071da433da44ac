import { binomialProbability } from '../distributions/binomial-probability.js';

/**
 * A binomial count from one uniform number, by inversion outwards from the mode: the counts are laid out in the
 * order mode, mode + 1, mode - 1, mode + 2, ... and the one that the uniform number falls into is taken. O(standard
 * deviation) steps.
 *
 * @param uniform at least 0 and below 1.
 */
export function drawBinomial(trials: number, chance: number, uniform: number): number {
  if (chance <= 0 || trials === 0) return 0;
  if (chance >= 1) return trials;
  const mode = Math.min(trials, Math.floor((trials + 1) * chance));
  const odds = chance / (1 - chance);
  let [up, down] = [mode, mode];
  let upChance = binomialProbability(mode, trials, chance);
  let downChance = upChance;
  let left = uniform - upChance;
  while (left >= 0) {
    // Chances of neighbours: P(k + 1) / P(k) = (n - k) / (k + 1) odds.
    upChance *= ((trials - up) / (up + 1)) * odds;
    up += 1;
    left -= upChance;
    if (left < 0) return up;
    downChance *= down / (trials - down + 1) / odds;
    down -= 1;
    left -= downChance;
    if (left < 0) return down;
    // The chances add up to 1 but for rounding.
    if (upChance === 0 && downChance === 0) return mode;
  }
  return mode;
}
