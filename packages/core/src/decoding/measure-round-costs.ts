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
/**
 * Rounds of one length in a row. The first ones bring caches and threads from the length before, and the draft
 * model up to date: they do not count.
 */
const roundsInARow = 10;
const settlingRounds = 4;
const promptLength = 48;

/**
 * Measures what rounds of each draft length really cost, in short generations that take turns. A round costs
 * more than its passes measured alone: target and draft push each other out of the processor's caches.
 *
 * Every length is measured at least once, however long that takes: with models whose rounds are slow, in fewer
 * rounds in a row.
 */
export async function measureRoundCosts(options: MeasureRoundCostsOptions): Promise<CostCurve> {
  const { target, clock, budget, signal, sampling, rule } = options;
  const drafter = options.drafter ?? repeatingDrafter;
  const longest = Math.min(
    target.capabilities.maximumPassTokens - 1,
    target.contextLength - promptLength,
    drafter.maximumLength ?? Number.POSITIVE_INFINITY,
  );
  const lengths = options.lengths.filter((length) => length <= longest);
  const samples = lengths.map((): number[] => []);
  const prompt = Array.from({ length: promptLength }, (_, index) => (index * 7) % target.vocabularySize);
  const turn = budget / lengths.length;
  const sequence = target.createSequence();
  try {
    const measure = async (draftLength: number, seed: number): Promise<number[]> => {
      // Only the first turn reads the prompt.
      if (sequence.length > promptLength - 1) sequence.doRollback(promptLength - 1);
      const costs: number[] = [];
      const started = clock();
      const shared = { target, sequence, drafter, prompt, draftLength, clock, signal, sampling, rule, seed };
      for await (const event of generate({ ...shared, ignoreEndTokens: true })) {
        if (event.type !== 'round-end') continue;
        if (event.draftedCount === draftLength) costs.push(event.roundMilliseconds as number);
        if (costs.length >= roundsInARow || (costs.length >= 2 && clock() - started > turn)) break;
      }
      return costs.slice(Math.min(settlingRounds, costs.length - 1));
    };
    const start = clock();
    for (let sweep = 0; sweep < mostSweeps; sweep++) {
      for (const [index, length] of lengths.entries())
        (samples[index] as number[]).push(...(await measure(length, sweep)));
      signal?.throwIfAborted();
      if (clock() - start > budget) break;
    }
  } finally {
    sequence.close();
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
