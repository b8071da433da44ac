import { z } from 'zod';
import { chatMessages } from './chat-messages.js';
import { generationFields } from './generation-fields.js';

const mostLogprobs = 20;

const noTools = z.array(z.never()).max(0, { error: 'tools are not supported' }).nullish();

/** The body of `POST /v1/chat/completions`. */
export const chatBody = z.object({
  ...generationFields,
  messages: chatMessages,
  max_completion_tokens: z.int().min(1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(mostLogprobs).nullish(),
  tools: noTools,
  functions: noTools,
});

export type ChatBody = z.output<typeof chatBody>;
