import { createHash } from 'node:crypto';
import { generate, type GenerateOptions, type LanguageModel, type RoundEndEvent } from '@foretoken/core';

/** Tokens that are decoded after each prompt. */
const tokensPerPrompt = 64;

/** Tokens in the cache in the middle of what is decoded after these prompts, their mean; undefined: there are none. */
export function typicalContext(
  target: LanguageModel,
  prompts: readonly (readonly number[])[],
): number | undefined {
  if (prompts.length === 0) return undefined;
  const { tokens } = shares(target);
  const total = prompts.reduce((sum, prompt) => sum + keptTokens(target, prompt) + tokens / 2, 0);
  return Math.round(total / prompts.length);
}

/** Tokens that are decoded after a prompt, and most of the prompt's that are kept before them. */
function shares({ contextLength }: LanguageModel): { readonly tokens: number; readonly room: number } {
  const tokens = Math.min(tokensPerPrompt, contextLength >> 1);
  return { tokens, room: contextLength - tokens };
}

/** Tokens of a prompt that `runPrompt` decodes after: the last ones of one that is too long. */
export function keptTokens(target: LanguageModel, prompt: readonly number[]): number {
  return Math.min(prompt.length, shares(target).room);
}

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
  const { tokens: maximumTokens } = shares(options.target);
  const prompt = tokens.slice(-keptTokens(options.target, tokens));
  const request = { prompt, maximumTokens, request: index, ignoreEndTokens: true };
  for await (const event of generate({ ...options, ...request })) {
    if (event.type === 'drafter-failed') throw event.error;
    if (event.type === 'generation-end' && event.finishReason === 'cancelled') return false;
    if (event.type === 'round-end') onRound(event);
  }
  return true;
}
