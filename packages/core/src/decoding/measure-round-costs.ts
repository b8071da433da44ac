import type { Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import { oneHot } from '../sampling/draw.js';
import type { SamplingSettings } from '../sampling/sampling-settings.js';
import { type CostCurve, costCurve } from '../scheduling/cost-curve.js';
import { generate } from './generate.js';

export interface MeasureRoundCostsOptions {
  readonly target: LanguageModel;
  /** The drafter that will be used, where drafting costs time; undefined: drafts that cost nothing. */
  readonly drafter?: Drafter | undefined;
  /** Draft lengths, ascending from 0. */
  readonly lengths: readonly number[];
  /** Milliseconds. */
  readonly clock: () => number;
  /** Milliseconds after which no further sweep over the lengths starts. */
  readonly budget: number;
  readonly sampling?: SamplingSettings | undefined;
  readonly rule?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const mostSweeps = 12;
/** The first round of a generation reads the prompt on the draft's side: it does not count. */
const roundsPerSweep = 4;
const promptLength = 48;

/**
 * Measures what rounds of each draft length really cost, in short generations that take turns. A round costs
 * more than its passes measured alone: target and draft push each other out of the processor's caches.
 */
export async function measureRoundCosts(options: MeasureRoundCostsOptions): Promise<CostCurve> {
  const { target, clock, budget, signal, sampling, rule } = options;
  const drafter = options.drafter ?? repeatingDrafter;
  const longest = Math.min(target.capabilities.maximumPassTokens - 1, target.contextLength - promptLength);
  const lengths = options.lengths.filter((length) => length <= longest);
  const samples = lengths.map((): number[] => []);
  const prompt = Array.from({ length: promptLength }, (_, index) => (index * 7) % target.vocabularySize);
  const start = clock();
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    for (const [index, draftLength] of lengths.entries()) {
      const values = samples[index] as number[];
      const shared = { target, drafter, prompt, draftLength, clock, signal, sampling, rule, seed: sweep };
      let rounds = 0;
      for await (const event of generate({ ...shared, ignoreEndTokens: true })) {
        if (event.type !== 'round-end') continue;
        rounds += 1;
        if (rounds > 1 && event.draftedCount === draftLength) values.push(event.roundMilliseconds as number);
        if (rounds >= roundsPerSweep) break;
      }
    }
    signal?.throwIfAborted();
    if (clock() - start > budget) break;
  }
  return costCurve(lengths, samples);
}

/** Says the last token again and again: a draft of any length at no cost. */
const repeatingDrafter: Drafter = {
  name: 'repeating',
  async propose({ tokens }, { maximumTokens }) {
    const proposed = new Array<number>(maximumTokens).fill(tokens.at(-1) as number);
    return {
      tokens: proposed,
      parents: proposed.map((_, node) => node - 1),
      distributions: proposed.map(oneHot),
      drafters: proposed.map(() => 'repeating'),
    };
  },
  observe() {},
  async close() {},
};
