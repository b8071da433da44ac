import { EndpointReplyError } from '@foretoken/core';
import type { Draw, DrawnToken, DrawRequest, DrawSource } from '../draw-source.js';
import { arrayAt, objectAt, textAt } from '../http/read-reply.js';
import { type JsonReply, requestJson } from '../http/request-json.js';
import { endpointName, type EndpointSettings } from './endpoint-protocol.js';
import { type Generation, promptWithLaws } from './prompt-with-laws.js';
import { readParallelLists, readTokenList } from './reported-logprobs.js';

/** vLLM's limit, unless it was started with another one. */
const usualTopTokens = 20;

/**
 * The completions API that OpenAI introduced and most servers offer (`POST /v1/completions`). Tokens are known by their
 * text, which cannot be sent back without being cut into tokens anew, so the law after a history is taken from the
 * draw that had this history.
 */
export async function createOpenAiSource(
  settings: EndpointSettings,
  signal: AbortSignal,
): Promise<DrawSource> {
  const model = settings.model ?? (await firstModel(settings, signal));
  return {
    name: endpointName('OpenAI-compatible server', settings, model),
    openPrompt: async (prompt) =>
      promptWithLaws(prompt, (...request) => complete(settings, { model, prompt }, ...request)),
  };
}

async function complete(
  settings: EndpointSettings,
  { model, prompt }: { readonly model: string; readonly prompt: string },
  { seed, tokens: wanted, withTokens }: DrawRequest,
  signal: AbortSignal,
): Promise<Generation> {
  const { address, sampling, topTokens: asked = usualTopTokens, fields } = settings;
  const { temperature, topK, topP, minP } = sampling;
  const body = {
    model,
    prompt,
    max_tokens: wanted,
    temperature,
    top_p: topP ?? 1,
    // Not in the original API, which refuses fields it does not know.
    ...(topK === undefined ? {} : { top_k: topK }),
    ...(minP === undefined ? {} : { min_p: minP }),
    ...(withTokens ? { logprobs: asked } : {}),
    seed,
    n: 1,
    stream: false,
    ...fields,
  };
  const reply = await requestJson(address, '/v1/completions', body, signal);
  const { choices, usage } = objectAt(reply, reply.value, 'the answer');
  const choice = arrayAt(reply, choices, 'choices')[0];
  const { text, logprobs, finish_reason: reason } = objectAt(reply, choice, 'choices[0]');
  const tokens = withTokens ? readTokens(reply, logprobs, asked).slice(0, wanted) : undefined;
  return {
    reply,
    draw: {
      tokens,
      text: textAt(reply, text, 'choices[0].text'),
      ended: tokens === undefined ? reason === 'stop' : tokens.length < wanted,
      drafted: draftCounts(usage),
    },
  };
}

function readTokens(reply: JsonReply, logprobs: unknown, asked: number): readonly DrawnToken[] {
  if (logprobs === undefined || logprobs === null) {
    throw new EndpointReplyError(
      `${reply.url}: the answer omits logprobs, although they were asked for. Samples alone can be compared with another setting: --against.`,
      reply,
    );
  }
  const path = 'choices[0].logprobs';
  const { content } = objectAt(reply, logprobs, path);
  return content === undefined
    ? readParallelLists(reply, logprobs, path, asked)
    : readTokenList(reply, content, `${path}.content`, asked);
}

/** `foretoken serve` says what was drafted; the original API does not. */
function draftCounts(usage: unknown): Draw['drafted'] {
  const { speculation } = (usage ?? {}) as { speculation?: Record<string, unknown> };
  const { drafted_tokens: proposed, accepted_tokens: accepted } = speculation ?? {};
  return typeof proposed === 'number' && typeof accepted === 'number' ? { proposed, accepted } : undefined;
}

async function firstModel({ address }: EndpointSettings, signal: AbortSignal): Promise<string> {
  const reply = await requestJson(address, '/v1/models', undefined, signal);
  const models = arrayAt(reply, objectAt(reply, reply.value, 'the answer')['data'], 'data');
  return textAt(reply, objectAt(reply, models[0], 'data[0]')['id'], 'data[0].id');
}
