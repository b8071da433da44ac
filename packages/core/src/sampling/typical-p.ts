import { keepMass, type MassScratch } from './keep-mass.js';
import type { Support } from './support.js';

/**
 * Locally typical sampling (Meister et al. 2202.00666, equation 10): the tokens whose surprise is nearest
 * to the entropy, until their mass reaches `typicalP`.
 */
export function keepTypicalP(support: Support, scratch: MassScratch, typicalP: number): void {
  const { probabilities, count } = support;
  let entropy = 0;
  for (let index = 0; index < count; index++) {
    const probability = probabilities[index] as number;
    if (probability > 0) entropy -= probability * Math.log(probability);
  }
  for (let index = 0; index < count; index++) {
    scratch.scores[index] = -Math.abs(Math.log(probabilities[index] as number) + entropy);
  }
  keepMass(support, scratch, typicalP, Number.NEGATIVE_INFINITY);
}
