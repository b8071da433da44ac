import {
  type Drafter,
  type DraftLengthController,
  generate,
  type GenerateOptions,
  type LanguageModel,
  type LossyRule,
  type SamplingSettings,
} from '@foretoken/core';
import type { MeanInterval } from '@foretoken/stats';
import { createMeanOverTexts } from './mean-over-texts.js';
import { type EmittedDivergences, watchEmittedLaws } from './watch-emitted-laws.js';

export interface MeasureDeviationOptions {
  readonly target: LanguageModel;
  readonly drafter: Drafter;
  readonly rule: LossyRule;
  /** A fresh controller for every prompt. */
  readonly controller: () => DraftLengthController;
  /** At least 2. */
  readonly prompts: readonly (string | readonly number[])[];
  readonly sampling: SamplingSettings;
  /** Tokens written after every prompt, at least 1; end tokens do not end a text. */
  readonly maximumTokens: number;
  /** Of every interval, above 0 and below 1; default 0.95. */
  readonly confidence?: number | undefined;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onPrompt?: ((done: number, total: number) => void) | undefined;
}

/** What a lossy rule changes. Intervals are over prompts. */
export interface LossyDeviation {
  readonly rule: string;
  /** Tokens written with the rule. */
  readonly positions: number;
  /**
   * Kullback-Leibler divergence from the target, nats a token, after sampling settings; 'infinite' where the rule may
   * emit a token that the target cannot.
   */
  readonly kullbackLeibler: MeanInterval | 'infinite';
  /** Total variation distance of one token's law, 0 to 1. */
  readonly totalVariation: MeanInterval;
  /** Of texts under the target's own softmax (temperature 1, nothing cut), whoever wrote them. */
  readonly perplexity: {
    readonly plain: number;
    readonly lossy: number;
    /** Mean log-probability of plain texts less that of lossy ones, nats a token: above 0 where the rule's are less likely. */
    readonly difference: MeanInterval;
  };
}

/**
 * How far a lossy rule's output is from the target's, on texts that it writes itself. At every position the law that the
 * token was emitted with, given the text so far and what the round kept, follows from the target's and the draft's
 * distribution, so no law is estimated from samples; the texts alone are sampled. The mean Kullback-Leibler divergence
 * times the number of tokens estimates an upper bound of the divergence between the laws of whole texts: by the chain
 * rule, and because what a text alone tells of a position is a mixture of such laws. Drafts are chains; `maximumTokens`
 * of 1 leaves no room for a draft.
 *
 * @throws StatisticsError for fewer than two prompts; what `generate` throws.
 */
export async function measureDeviation(options: MeasureDeviationOptions): Promise<LossyDeviation> {
  const { target, drafter, rule, prompts, sampling, maximumTokens, seed, signal } = options;
  const divergences: EmittedDivergences[][] = [];
  const lossyTexts: number[][] = [];
  const plainTexts: number[][] = [];
  for (const [request, prompt] of prompts.entries()) {
    const shared = { target, prompt, sampling, maximumTokens, seed, request, signal };
    const noted: EmittedDivergences[] = [];
    const watched = watchEmittedLaws(rule, (divergence) => noted.push(divergence));
    lossyTexts.push(
      await logProbabilities({ ...shared, drafter, draftLength: options.controller(), rule: watched }),
    );
    divergences.push(noted);
    plainTexts.push(await logProbabilities(shared));
    signal?.throwIfAborted();
    options.onPrompt?.(request + 1, prompts.length);
  }
  const meanOverTexts = createMeanOverTexts(seed, options.confidence);
  const mean = (texts: readonly (readonly number[])[]): MeanInterval =>
    meanOverTexts(texts, (value) => value);
  const finite = divergences.flat().every(({ kullbackLeibler }) => Number.isFinite(kullbackLeibler));
  return {
    rule: rule.name,
    positions: divergences.reduce((sum, noted) => sum + noted.length, 0),
    kullbackLeibler: finite
      ? meanOverTexts(divergences, ({ kullbackLeibler }) => kullbackLeibler)
      : 'infinite',
    totalVariation: meanOverTexts(divergences, ({ totalVariation }) => totalVariation),
    perplexity: {
      plain: Math.exp(-mean(plainTexts).estimate),
      lossy: Math.exp(-mean(lossyTexts).estimate),
      difference: mean(
        plainTexts.map((plain, index) => [average(plain) - average(lossyTexts[index] as number[])]),
      ),
    },
  };
}

/** Log-probabilities of what is written, under the target's own softmax, [tokens]. */
async function logProbabilities(options: GenerateOptions): Promise<number[]> {
  const values: number[] = [];
  for await (const event of generate({ ...options, ignoreEndTokens: true, logprobs: 0 })) {
    if (event.type === 'token-committed') values.push((event.logprobs as { logprob: number }).logprob);
  }
  return values;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
