import { createHash } from 'node:crypto';
import { generate, type GenerateOptions, type RoundEndEvent } from '@foretoken/core';

/** Tokens that are decoded after each prompt. */
const tokensPerPrompt = 64;

/** What a profile knows a list of prompts by: their token ids. */
export function hashPrompts(prompts: readonly (readonly number[])[]): string {
  return createHash('sha256').update(JSON.stringify(prompts)).digest('hex');
}

/**
 * Decodes after one prompt, the last tokens of one that is too long.
 *
 * @param index of the prompt: every prompt has draws of its own, since with the same ones the runs would say little more
 *   than one.
 * @returns false where it was interrupted.
 * @throws what the drafter throws.
 */
export async function runPrompt(
  options: Omit<GenerateOptions, 'prompt' | 'request' | 'maximumTokens' | 'ignoreEndTokens'>,
  tokens: readonly number[],
  index: number,
  onRound: (event: RoundEndEvent) => void = () => {},
): Promise<boolean> {
  const { target } = options;
  const maximumTokens = Math.min(tokensPerPrompt, target.contextLength >> 1);
  const prompt = tokens.slice(-(target.contextLength - maximumTokens));
  const request = { prompt, maximumTokens, request: index, ignoreEndTokens: true };
  for await (const event of generate({ ...options, ...request })) {
    if (event.type === 'drafter-failed') throw event.error;
    if (event.type === 'generation-end' && event.finishReason === 'cancelled') return false;
    if (event.type === 'round-end') onRound(event);
  }
  return true;
}
