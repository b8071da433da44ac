import { chiSquareSurvival, jointHomogeneityTest } from '@foretoken/stats';
import { outcomeOf, outcomeText, type PairedSample } from './paired-draws.js';

/** Whole outcomes of the first tokens, counted on both sides. */
export interface HomogeneityResult {
  /** How many tokens are looked at together; undefined: texts. */
  readonly position: number | undefined;
  /** Over all prompts, likelihood-ratio statistic (G) and its degrees of freedom. */
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly cells: number;
  readonly pValue: number;
  /** The outcome whose counts differ most, in standard deviations. */
  readonly worst: WorstOutcome | undefined;
}

export interface WorstOutcome {
  /** Index of the prompt. */
  readonly prompt: number;
  readonly text: string;
  readonly counts: readonly [number, number];
  /** (first - second) / sqrt(first + second). */
  readonly residual: number;
}

/** G's tail has the right exponent, so that p-values far out keep their order of magnitude where cells expect as many. */
const minimumExpected = 10;

/** Are the first tokens of both sides drawn from one joint law? Prompts are independent: statistics add up. */
export function testHomogeneity(sample: PairedSample, length: number): HomogeneityResult {
  const { byToken } = sample;
  let statistic = 0;
  let degreesOfFreedom = 0;
  let cells = 0;
  let worst: WorstOutcome | undefined;
  for (let prompt = 0; prompt < sample.prompts; prompt++) {
    const sides = [new Map<string, number>(), new Map<string, number>()] as const;
    const texts = new Map<string, string>();
    for (const pair of sample.pairs) {
      if (pair.prompt !== prompt) continue;
      for (const [side, draw] of pair.draws.entries()) {
        const key = outcomeOf(draw, byToken, length);
        const counts = sides[side] as Map<string, number>;
        counts.set(key, (counts.get(key) ?? 0) + 1);
        if (!texts.has(key)) texts.set(key, outcomeText(draw, byToken, length));
      }
    }
    const [first, second] = sides;
    if (first.size === 0) continue;
    const test = jointHomogeneityTest(first, second, { statistic: 'g', minimumExpected });
    statistic += test.statistic;
    degreesOfFreedom += test.degreesOfFreedom;
    if (test.degreesOfFreedom > 0) cells += test.cells.length;
    for (const [key, text] of texts) {
      const counts = [first.get(key) ?? 0, second.get(key) ?? 0] as const;
      const residual = (counts[0] - counts[1]) / Math.sqrt(counts[0] + counts[1]);
      if (worst === undefined || Math.abs(residual) > Math.abs(worst.residual)) {
        worst = { prompt, text, counts, residual };
      }
    }
  }
  return {
    position: byToken ? length : undefined,
    statistic,
    degreesOfFreedom,
    cells,
    pValue: degreesOfFreedom === 0 ? 1 : chiSquareSurvival(statistic, degreesOfFreedom),
    worst,
  };
}
