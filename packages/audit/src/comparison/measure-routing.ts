import {
  createLogitsTransform,
  generateText,
  type LanguageModel,
  readTogether,
  routeRequest,
} from '@foretoken/core';
import { deviationOf, type DeviationOptions, type LossyDeviation } from './lossy-deviation.js';
import { committedLogProbabilities } from './measure-deviation.js';
import { logProbabilities } from './row-divergences.js';
import { type EmittedDivergences, emittedDivergences } from './watch-emitted-laws.js';

export interface MeasureRoutingOptions extends DeviationOptions {
  /** The target. */
  readonly large: LanguageModel;
  /** Same vocabulary. */
  readonly small: LanguageModel;
  /** As `routeRequest` takes it. */
  readonly tolerance: number;
  /** Token ids of at least 2 prompts. */
  readonly prompts: readonly (readonly number[])[];
}

export interface RoutingDeviation extends LossyDeviation {
  /** Prompts that the small model answered. */
  readonly routed: number;
  readonly prompts: number;
}

/**
 * How far the output is from the target's where a route chooses the model, on texts that the chosen model writes alone.
 * At every position the law that the token was drawn from, the small model's or the target's, is known: no law is
 * estimated from samples. The means are over all prompts; one that the target answers adds zeros.
 *
 * @throws StatisticsError for fewer than two prompts; what `routeRequest` and `generate` throw.
 */
export async function measureRouting(options: MeasureRoutingOptions): Promise<RoutingDeviation> {
  const { large, small, prompts, tolerance, sampling, maximumTokens, seed, signal } = options;
  const divergences: (readonly EmittedDivergences[])[] = [];
  const lossyTexts: (readonly number[])[] = [];
  const plainTexts: (readonly number[])[] = [];
  let routed = 0;
  for (const [request, prompt] of prompts.entries()) {
    const shared = { prompt, sampling, maximumTokens, seed, request, signal };
    const plain = await committedLogProbabilities({ ...shared, target: large });
    plainTexts.push(plain);
    const { route } = await routeRequest({ large, small, prompt, sampling, tolerance, signal });
    if (route === 'small') {
      routed += 1;
      const { tokens } = await generateText({ ...shared, target: small, ignoreEndTokens: true });
      const read = await readAnswer(options, prompt, tokens);
      divergences.push(read.divergences);
      lossyTexts.push(read.logprobs);
    } else {
      divergences.push(plain.map(() => ({ kullbackLeibler: 0, totalVariation: 0 })));
      lossyTexts.push(plain);
    }
    signal?.throwIfAborted();
    options.onPrompt?.(request + 1, prompts.length);
  }
  const deviation = deviationOf({ divergences, lossyTexts, plainTexts }, options);
  return { rule: 'route', ...deviation, routed, prompts: prompts.length };
}

/** Both models on what the small one wrote: the laws' distances, and what the target gives its tokens, [tokens]. */
async function readAnswer(
  { large, small, sampling, signal }: MeasureRoutingOptions,
  prompt: readonly number[],
  answer: readonly number[],
): Promise<{ divergences: EmittedDivergences[]; logprobs: number[] }> {
  const text = [...prompt, ...answer];
  const transform = createLogitsTransform(sampling, large.vocabularySize);
  const logs = new Float64Array(large.vocabularySize);
  const divergences: EmittedDivergences[] = [];
  const logprobs: number[] = [];
  await readTogether(
    { models: [large, small], tokens: text.slice(0, -1), from: prompt.length - 1, signal },
    (largeRow, smallRow, index) => {
      const history = text.slice(0, index + 1);
      const target = transform.apply(largeRow, history, 0);
      divergences.push(emittedDivergences(transform.apply(smallRow, history, 1), target));
      logprobs.push(logProbabilities(largeRow, logs)[text[index + 1] as number] as number);
    },
  );
  return { divergences, logprobs };
}
