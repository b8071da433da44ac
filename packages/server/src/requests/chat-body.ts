import { z } from 'zod';
import { generationFields } from './generation-fields.js';

const mostLogprobs = 20;

const textPart = z.object({
  type: z.literal('text', { error: 'only text parts are supported' }),
  text: z.string(),
});

const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant'], {
    error: 'give system, developer, user or assistant',
  }),
  content: z.union([z.string(), z.array(textPart).min(1)], { error: 'give a text, or a list of text parts' }),
});

const noTools = z.array(z.never()).max(0, { error: 'tools are not supported' }).nullish();

/** The body of `POST /v1/chat/completions`. */
export const chatBody = z.object({
  ...generationFields,
  messages: z.array(message).min(1),
  max_completion_tokens: z.int().min(1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(mostLogprobs).nullish(),
  tools: noTools,
  functions: noTools,
});

export type ChatBody = z.output<typeof chatBody>;
