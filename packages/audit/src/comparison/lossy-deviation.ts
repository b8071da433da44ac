import type { SamplingSettings } from '@foretoken/core';
import type { MeanInterval } from '@foretoken/stats';
import { createMeanOverTexts } from './mean-over-texts.js';
import type { EmittedDivergences } from './watch-emitted-laws.js';

/** How texts are written, and what is said of them. */
export interface DeviationOptions {
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

/** What was noted of texts, [prompts][tokens]. */
export interface NotedTexts {
  /** Of every token that was written in a lossy way. */
  readonly divergences: readonly (readonly EmittedDivergences[])[];
  /** Log-probabilities of those tokens under the target's own softmax. */
  readonly lossyTexts: readonly (readonly number[])[];
  /** Likewise, of texts that the target wrote after the same prompts. */
  readonly plainTexts: readonly (readonly number[])[];
}

/** @throws StatisticsError for fewer than two texts. */
export function deviationOf(
  { divergences, lossyTexts, plainTexts }: NotedTexts,
  { seed, confidence }: { readonly seed: number; readonly confidence?: number | undefined },
): Omit<LossyDeviation, 'rule'> {
  const meanOverTexts = createMeanOverTexts(seed, confidence);
  const mean = (texts: readonly (readonly number[])[]): MeanInterval =>
    meanOverTexts(texts, (value) => value);
  const finite = divergences.flat().every(({ kullbackLeibler }) => Number.isFinite(kullbackLeibler));
  return {
    positions: divergences.reduce((sum, noted) => sum + noted.length, 0),
    kullbackLeibler: finite
      ? meanOverTexts(divergences, ({ kullbackLeibler }) => kullbackLeibler)
      : 'infinite',
    totalVariation: meanOverTexts(divergences, ({ totalVariation }) => totalVariation),
    perplexity: {
      plain: Math.exp(-mean(plainTexts).estimate),
      lossy: Math.exp(-mean(lossyTexts).estimate),
      difference: mean(
        plainTexts.map((plain, index) => [average(plain) - average(lossyTexts[index] as readonly number[])]),
      ),
    },
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
