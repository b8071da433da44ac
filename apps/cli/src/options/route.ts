import { Option } from '@commander-js/extra-typings';
import {
  encodePrompt,
  InvalidArgumentError,
  type LanguageModel,
  type RequestRoute,
  routeRequest,
  type SamplingSettings,
} from '@foretoken/core';
import { note } from '../output/lines.js';
import { number } from './numbers.js';

export const routeOption = new Option(
  '--route <nats>',
  "LOSSY: the draft model alone answers where its distributions are within this of the target's over the end of the prompt (at temperature 0: the share of other argmaxes)",
).argParser(number('--route', 0, Number.POSITIVE_INFINITY));

/** Which model answers a prompt, as the JSON tells it. */
export interface PromptRoute {
  readonly tolerance: number;
  readonly answer: RequestRoute['route'];
  /** Name of the model that answers. */
  readonly model: string;
  /** 'infinite' where the draft model, cut by top-k and the like, cannot emit what the target can. */
  readonly divergence: number | 'infinite';
  readonly positions: number;
}

/**
 * Decides which of two models answers a prompt, and says so on standard error.
 *
 * @throws InvalidArgumentError without a draft model; what `routeRequest` throws.
 */
export async function routePrompt(
  models: { readonly target: LanguageModel; readonly draft: LanguageModel | undefined },
  asked: { readonly prompt: string; readonly tolerance: number; readonly sampling: SamplingSettings },
  signal: AbortSignal,
): Promise<PromptRoute> {
  const { target: large, draft: small } = models;
  const { tolerance, sampling } = asked;
  if (small === undefined)
    throw new InvalidArgumentError('--route lets a draft model answer alone: name one with --draft.');
  const prompt = encodePrompt(large.tokenizer, asked.prompt);
  const { route, divergence, positions } = await routeRequest({
    large,
    small,
    prompt,
    sampling,
    tolerance,
    signal,
  });
  const measured =
    sampling.temperature === 0
      ? `their argmaxes differ at ${(100 * divergence).toFixed(1)} % of`
      : `they are ${divergence.toFixed(3)} nats apart over`;
  const [model, other] = route === 'small' ? [small.name, large.name] : [large.name, small.name];
  note(
    `LOSSY: --route ${tolerance}: ${model} answers, not ${other}; ${measured} the last ${positions} tokens of the prompt.`,
  );
  return {
    tolerance,
    answer: route,
    model,
    divergence: Number.isFinite(divergence) ? divergence : 'infinite',
    positions,
  };
}
