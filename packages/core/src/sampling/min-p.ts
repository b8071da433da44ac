import type { Support } from './support.js';

/** Min-p sampling (Nguyen et al. 2407.01082): the tokens with at least `minP` of the largest probability. */
export function keepMinP(support: Support, minP: number): void {
  const { probabilities, count } = support;
  let largest = 0;
  for (let index = 0; index < count; index++) {
    if ((probabilities[index] as number) > largest) largest = probabilities[index] as number;
  }
  const least = minP * largest;
  support.keep((index) => (probabilities[index] as number) >= least);
}
