import { createRequestRandom } from '@foretoken/core';
import { chiSquareSurvival, hammingKernel, kernelTwoSampleTest, spectrumKernel } from '@foretoken/stats';
import type { Draw } from '../draw-source.js';
import type { PairedSample } from './paired-draws.js';

/** Whole sequences compared by similarity, where outcomes are too many to repeat. */
export interface SequenceResult {
  readonly kernel: string;
  /** Permutation p-values of the squared maximum mean discrepancy, by prompt; undefined: too few draws. */
  readonly byPrompt: readonly (number | undefined)[];
  /** Draws of each side that were used, at most, by prompt. */
  readonly used: number;
  readonly permutations: number;
  /** Of all prompts together. */
  readonly pValue: number;
}

/** The kernel matrix grows with the square. */
const mostDraws = 200;
const permutations = 999;

/**
 * Kernel two-sample tests of every prompt (Gretton et al. 2012), combined by Fisher's method: -2 sum of log p-values
 * against the chi-square law with two degrees of freedom a prompt. A permutation p-value cannot fall below 1 in
 * permutations + 1, several of them together can.
 */
export function testSequences(sample: PairedSample, seed: number): SequenceResult {
  const { byToken, pairs, prompts } = sample;
  const numbers = new Map<string, number>();
  const numberOf = (key: string): number => {
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  };
  const byPrompt: (number | undefined)[] = [];
  for (let prompt = 0; prompt < prompts; prompt++) {
    const own = pairs.filter((pair) => pair.prompt === prompt).slice(0, mostDraws);
    const round = createRequestRandom({ seed, request: prompt }).round(0);
    let index = 0;
    let node = 0;
    const random = (): number => {
      // Counters hold 22 bits of index: a new node begins where they end.
      if (index === 2 ** 22) {
        index = 0;
        node += 1;
      }
      return round.uniform('sample', 1, node, index++);
    };
    if (own.length < 2) {
      byPrompt.push(undefined);
      continue;
    }
    const side = (which: 0 | 1): Draw[] => own.map(({ draws }) => draws[which]);
    const ids = ({ tokens = [] }: Draw): number[] => tokens.map(({ key }) => numberOf(key));
    const text = (draw: Draw): string => draw.text;
    const options = { random, permutations };
    const { pValue } = byToken
      ? kernelTwoSampleTest(side(0).map(ids), side(1).map(ids), { ...options, kernel: hammingKernel() })
      : kernelTwoSampleTest(side(0).map(text), side(1).map(text), { ...options, kernel: spectrumKernel() });
    byPrompt.push(pValue);
  }
  const known = byPrompt.filter((pValue) => pValue !== undefined);
  const statistic = known.reduce((sum, pValue) => sum - 2 * Math.log(pValue), 0);
  return {
    kernel: byToken ? hammingKernel().name : spectrumKernel().name,
    byPrompt,
    used: mostDraws,
    permutations,
    pValue: known.length === 0 ? 1 : chiSquareSurvival(statistic, 2 * known.length),
  };
}
