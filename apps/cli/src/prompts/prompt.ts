import { encodePrompt, type Tokenizer } from '@foretoken/core';
import { encodeChat } from '@foretoken/models';

/** A prompt as it is written for a model. */
export interface Prompt {
  readonly text: string;
  /** Whether a chat template wrote it: what stands there as special tokens are such, as in chat and serve. */
  readonly isChat: boolean;
}

/** Token ids as the model reads them. */
export function encodePrompts(tokenizer: Tokenizer, prompts: readonly Prompt[]): number[][] {
  return prompts.map(({ text, isChat }) => (isChat ? encodeChat : encodePrompt)(tokenizer, text));
}
