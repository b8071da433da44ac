import {
  encodePrompt,
  type ForwardResult,
  generateText,
  type LanguageModel,
  type SamplingSettings,
} from '@foretoken/core';
import type { Quality } from '@foretoken/planner';
import { bracketTasks } from './bracket-tasks.js';
import { closesBrackets } from './closes-brackets.js';

const tokensPerTask = 96;

/**
 * How good what a model writes is: it completes the built-in tasks; counted are those that it solves, and how likely the
 * target finds its texts. Both models have the same tokens.
 */
export async function measureQuality(options: {
  readonly model: LanguageModel;
  readonly target: LanguageModel;
  readonly sampling: SamplingSettings;
  readonly signal: AbortSignal;
}): Promise<Quality> {
  const { model, target, sampling, signal } = options;
  let solved = 0;
  let logLikelihood = 0;
  let count = 0;
  for (const [request, task] of bracketTasks.entries()) {
    const { text, tokens } = await generateText({
      target: model,
      prompt: task,
      maximumTokens: tokensPerTask,
      sampling,
      request,
      signal,
    });
    if (closesBrackets(task + text, task.length)) solved += 1;
    logLikelihood += await logLikelihoodOf(target, encodePrompt(target.tokenizer, task), tokens, signal);
    count += tokens.length;
  }
  return {
    perplexity: Math.exp(count === 0 ? 0 : -logLikelihood / count),
    tasks: bracketTasks.length,
    solved,
  };
}

/** Natural logarithm of the probability that a model gives tokens after a prompt. */
async function logLikelihoodOf(
  model: LanguageModel,
  prompt: readonly number[],
  tokens: readonly number[],
  signal: AbortSignal,
): Promise<number> {
  const all = [...prompt, ...tokens];
  const sequence = model.createSequence();
  let sum = 0;
  try {
    const width = model.capabilities.maximumPassTokens;
    // Nothing is asked of what comes after the last token.
    for (let start = 0; start < all.length - 1; start += width) {
      const part = all.slice(start, Math.min(start + width, all.length - 1));
      const [result] = await model.forward([{ sequence, tokens: part, rows: 'all' }], { signal });
      const { logits } = result as ForwardResult;
      for (let row = 0; row < part.length; row++) {
        const next = start + row + 1;
        if (next < prompt.length) continue;
        sum += (logits.read(row)[all[next] as number] as number) - logits.logSumExp(row);
      }
    }
  } finally {
    sequence.close();
  }
  return sum;
}
