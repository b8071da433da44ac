import { z } from 'zod';

/** A field of OpenAI's API that is taken only where it asks for nothing unusual. */
const only = <Value extends string | number | boolean>(value: Value, instead: string) =>
  z.literal(value, { error: `only ${JSON.stringify(value)} is supported: ${instead}` }).nullish();

/** An empty one would end every answer at once. */
const stopText = z.string().min(1);

const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({
      schema: z.union([z.record(z.string(), z.unknown()), z.boolean()], { error: 'give a JSON schema' }),
    }),
  }),
]);

/** Longest draft that can be asked for: with the last committed token it is one pass. */
const longestDraft = 63;

/** What both kinds of completions take. Other fields are ignored; null is the same as leaving a field out. */
export const generationFields = {
  model: z.string().nullish(),
  max_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).nullish(),
  /** Below 1: -1, or 0, is off. */
  top_k: z.int().min(-1).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  frequency_penalty: z.number().nullish(),
  presence_penalty: z.number().nullish(),
  repetition_penalty: z.number().gt(0).nullish(),
  logit_bias: z
    .record(z.string().regex(/^\d+$/), z.number(), { error: 'give numbers by token id' })
    .nullish(),
  seed: z.int().nullish(),
  stop: z
    .union([stopText, z.array(stopText)], { error: 'give a text that is not empty, or a list of such' })
    .nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  response_format: responseFormat.nullish(),
  /** Goes on after an end token. */
  ignore_eos: z.boolean().nullish(),
  /** Ours: how this request drafts. `auto` is what the server was started with. */
  speculation: z
    .strictObject({
      draft_length: z
        .union([z.literal('auto'), z.int().min(0).max(longestDraft)], {
          error: `give "auto", or a whole number from 0 to ${longestDraft}`,
        })
        .nullish(),
    })
    .nullish(),
  n: only(1, 'ask once for every answer'),
} as const;

export const unsupported = { only } as const;

/** The fields above, of a request that was checked. */
export type GenerationFields = z.output<z.ZodObject<typeof generationFields>>;
