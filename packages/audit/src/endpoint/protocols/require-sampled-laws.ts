import { createLogitsTransform, InvalidArgumentError, probabilityOf } from '@foretoken/core';
import type { DrawSource, SourceSampling } from '../draw-source.js';
import { reportedDistance, type ReportedLaw } from '../reported-law.js';

/** Below, two laws are one, printed with few digits. */
const sameWithin = 1e-4;
/** What settings must move a law by for equal answers to say that they are left out. */
const leastMove = 10 * sameWithin;
/** So many prompts are asked before it is left open. */
const mostPrompts = 8;

/**
 * Many servers report probabilities before temperature and truncation, which say nothing about draws after them. Asks
 * under the settings and under plain ones, prompt by prompt, until the settings should move what is reported: equal answers
 * then mean that they are left out.
 *
 * @param prompts at least one.
 * @throws InvalidArgumentError where they are.
 */
export async function requireSampledLaws(
  source: DrawSource,
  plain: DrawSource,
  sampling: SourceSampling,
  prompts: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const ask = async (of: DrawSource, prompt: string): Promise<ReportedLaw> =>
    (await of.openPrompt(prompt, signal)).askLaw([], signal);
  for (const prompt of prompts.slice(0, mostPrompts)) {
    const plainLaw = await ask(plain, prompt);
    if (reportedDistance(plainLaw, underSettings(plainLaw, sampling)) < leastMove) continue;
    if (reportedDistance(await ask(source, prompt), plainLaw) >= sameWithin) return;
    throw new InvalidArgumentError(
      `${source.name} reports the same probabilities with and without the temperature and the other settings: they are those before sampling, and samples cannot be held against them. Audit at temperature 1 without top-k, top-p and min-p, or have the server report what it samples from (vLLM: --logprobs-mode processed_logprobs).`,
    );
  }
}

/** About what a plain law becomes, of the tokens that were reported. */
function underSettings(law: ReportedLaw, sampling: SourceSampling): ReportedLaw {
  const { tokens } = law;
  if (tokens.length === 0) return law;
  const logits = Float32Array.from(tokens, ({ probability }) => Math.log(probability));
  const moved = createLogitsTransform(sampling, tokens.length).apply(logits, [], 0);
  return {
    tokens: tokens.map((token, index) => ({ ...token, probability: probabilityOf(moved, index) })),
    unreported: 0,
  };
}

/** Whether the settings leave the model's own distribution as it is. */
export function isPlain({ temperature, topK, topP, minP }: SourceSampling): boolean {
  return temperature === 1 && (topK ?? 0) === 0 && (topP ?? 1) === 1 && (minP ?? 0) === 0;
}
