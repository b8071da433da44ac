import { randomInt } from 'node:crypto';
import { createLogitsTransform, type SamplingSettings } from '@foretoken/core';
import { refusing, refusingLater, RefusedRequestError } from '../http/refused-request-error.js';
import type { GenerationFields } from '../requests/generation-fields.js';
import type { ServedModel } from '../served-model.js';
import type { GenerationRequest } from './model-runner.js';
import type { Structures } from './structures.js';

/** What the two kinds of completions call differently. */
interface OwnFields {
  readonly maximumTokens: number | undefined;
  readonly logprobs: number | undefined;
}

const mostSeed = 2 ** 48 - 1;

/**
 * What a checked body asks the model for.
 *
 * @throws RefusedRequestError for a prompt that has no tokens or too many, settings and schemas that cannot be used.
 */
export async function createGenerationRequest(
  { target, sampling }: ServedModel,
  structures: Structures,
  prompt: readonly number[],
  fields: GenerationFields,
  { maximumTokens, logprobs }: OwnFields,
): Promise<GenerationRequest> {
  checkPrompt(prompt, target);
  const schema = schemaOf(fields);
  const allowedTokens =
    schema === undefined
      ? undefined
      : await refusingLater('response_format', structures.allowedTokens(schema, prompt.length));
  const settings = { ...sampling, ...samplingOf(fields), allowedTokens };
  const transform = refusing(undefined, () => createLogitsTransform(settings, target.vocabularySize));
  const length = fields.speculation?.draft_length ?? 'auto';
  return {
    prompt,
    transform,
    draftLength: length === 'auto' ? undefined : length,
    maximumTokens,
    stop: typeof fields.stop === 'string' ? [fields.stop] : (fields.stop ?? []),
    seed: fields.seed ?? randomInt(mostSeed),
    logprobs,
    ignoreEndTokens: fields.ignore_eos ?? false,
  };
}

function checkPrompt(prompt: readonly number[], target: ServedModel['target']): void {
  const parameter = 'prompt';
  if (prompt.length === 0) {
    throw new RefusedRequestError(
      `The prompt is empty, and ${target.name} has no begin token to start from: give at least one token.`,
      { status: 400, parameter },
    );
  }
  if (prompt.length > target.contextLength) {
    throw new RefusedRequestError(
      `The prompt has ${prompt.length} tokens, the context of ${target.name} holds ${target.contextLength}. Shorten it, or start the server with a larger --context.`,
      { status: 400, code: 'context_length_exceeded' },
    );
  }
  const wrong = prompt.find((token) => token >= target.vocabularySize);
  if (wrong !== undefined) {
    throw new RefusedRequestError(
      `prompt: token ${wrong} is none of ${target.name}, which has the tokens 0 to ${target.vocabularySize - 1}.`,
      { status: 400, parameter },
    );
  }
}

function schemaOf({ response_format: format, ignore_eos: ignoresEnd }: GenerationFields): unknown {
  if (format === undefined || format === null || format.type === 'text') return undefined;
  if (ignoresEnd === true) {
    throw new RefusedRequestError(
      'ignore_eos: a text of a schema ends where the schema says; leave it out.',
      {
        status: 400,
        parameter: 'ignore_eos',
      },
    );
  }
  return format.type === 'json_object' ? { type: 'object' } : format.json_schema.schema;
}

/** Of the settings those that the request has. */
function samplingOf(fields: GenerationFields): SamplingSettings {
  const { logit_bias: bias, top_k: topK } = fields;
  const given = {
    temperature: fields.temperature,
    topK: topK === undefined || topK === null ? undefined : Math.max(0, topK),
    topP: fields.top_p,
    minP: fields.min_p,
    frequencyPenalty: fields.frequency_penalty,
    presencePenalty: fields.presence_penalty,
    repetitionPenalty: fields.repetition_penalty,
    logitBias: bias && new Map(Object.entries(bias).map(([token, value]) => [Number(token), value])),
  };
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined && value !== null),
  ) as SamplingSettings;
}
