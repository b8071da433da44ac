import { InvalidArgumentError } from '@foretoken/core';
import type { DrawSource, SourceSampling } from '../draw-source.js';
import { reportedDistance } from '../reported-law.js';

/** Below, two laws are one, printed with few digits. */
const sameWithin = 1e-4;
/** A token as likely as this leaves settings nothing to change. */
const nearlyCertain = 0.99;

/**
 * Many servers report probabilities before temperature and truncation, which say nothing about draws after them. Asks
 * once under the settings and once under plain ones: equal answers mean that the settings are left out.
 *
 * @throws InvalidArgumentError where they are.
 */
export async function requireSampledLaws(
  source: DrawSource,
  plain: DrawSource,
  prompt: string,
  signal: AbortSignal,
): Promise<void> {
  const ask = async (of: DrawSource) => (await of.openPrompt(prompt, signal)).askLaw([], signal);
  const [law, plainLaw] = [await ask(source), await ask(plain)];
  const [largest] = plainLaw.tokens;
  if (largest === undefined || largest.probability > nearlyCertain) return;
  if (reportedDistance(law, plainLaw) < sameWithin) {
    throw new InvalidArgumentError(
      `${source.name} reports the same probabilities with and without the temperature and the other settings: they are those before sampling, and samples cannot be held against them. Audit at temperature 1 without top-k, top-p and min-p, or have the server report what it samples from (vLLM: --logprobs-mode processed_logprobs).`,
    );
  }
}

/** Whether the settings leave the model's own distribution as it is. */
export function isPlain({ temperature, topK, topP, minP }: SourceSampling): boolean {
  return temperature === 1 && (topK ?? 0) === 0 && (topP ?? 1) === 1 && (minP ?? 0) === 0;
}
