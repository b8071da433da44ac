import { keepMass, type MassScratch } from './keep-mass.js';
import type { Support } from './support.js';

/** Nucleus sampling (Holtzman et al. 1904.09751): the most probable tokens whose mass reaches `topP`. */
export function keepTopP(support: Support, scratch: MassScratch, topP: number): void {
  for (let index = 0; index < support.count; index++) {
    scratch.scores[index] = support.probabilities[index] as number;
  }
  // Tokens below this have less than 1 - topP of mass together: the others reach topP without them.
  // The factor leaves room for rounding in both sums.
  keepMass(support, scratch, topP, ((1 - topP) / support.count) * 0.999);
}
