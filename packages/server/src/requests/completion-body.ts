import { z } from 'zod';
import { generationFields, unsupported } from './generation-fields.js';

const mostLogprobs = 20;

/** The body of `POST /v1/completions`. */
export const completionBody = z.object({
  ...generationFields,
  prompt: z.union([z.string(), z.array(z.string()).length(1), z.array(z.int().min(0))], {
    error: 'give a text, or a list of token ids; several prompts are several requests',
  }),
  /** What follows the gap that is to be filled. */
  suffix: z.string().nullish(),
  logprobs: z.int().min(0).max(mostLogprobs).nullish(),
  best_of: unsupported.only(1, 'ask once for every answer'),
  echo: unsupported.only(false, 'the prompt is not repeated'),
});

export type CompletionBody = z.output<typeof completionBody>;
