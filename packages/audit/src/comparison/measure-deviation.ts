import {
  type Drafter,
  type DraftLengthController,
  generate,
  type GenerateOptions,
  type LanguageModel,
  type LossyRule,
} from '@foretoken/core';
import { deviationOf, type DeviationOptions, type LossyDeviation } from './lossy-deviation.js';
import { type EmittedDivergences, watchEmittedLaws } from './watch-emitted-laws.js';

export interface MeasureDeviationOptions extends DeviationOptions {
  readonly target: LanguageModel;
  readonly drafter: Drafter;
  readonly rule: LossyRule;
  /** Undefined: the default where there is no clock, four tokens a round. */
  readonly controller: DraftLengthController | undefined;
  /** At least 2. */
  readonly prompts: readonly (string | readonly number[])[];
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
      await committedLogProbabilities({
        ...shared,
        drafter,
        draftLength: options.controller,
        rule: watched,
      }),
    );
    divergences.push(noted);
    plainTexts.push(await committedLogProbabilities(shared));
    signal?.throwIfAborted();
    options.onPrompt?.(request + 1, prompts.length);
  }
  return { rule: rule.name, ...deviationOf({ divergences, lossyTexts, plainTexts }, options) };
}

/** Log-probabilities of what is written, under the target's own softmax, [tokens]. */
export async function committedLogProbabilities(options: GenerateOptions): Promise<number[]> {
  const values: number[] = [];
  for await (const event of generate({ ...options, ignoreEndTokens: true, logprobs: 0 })) {
    if (event.type === 'token-committed') values.push((event.logprobs as { logprob: number }).logprob);
  }
  return values;
}
